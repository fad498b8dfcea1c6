// What every page of the server does: keys, looks, drawer, lists, events, times. No text stands here: all come from the page.

import { copying } from "./copying";
import { drawer } from "./drawer";
import { fresh } from "./fresh";
import { keys } from "./keys";
import { lists } from "./lists";
import { live } from "./live";
import { looks } from "./looks";
import { menus } from "./menus";
import { requests } from "./requests";
import { times } from "./times";
import { toasts } from "./toasts";
import { upload } from "./upload";

for (const start of [looks, menus, toasts, requests, lists, drawer, keys, times, copying, upload, fresh, live]) start();
