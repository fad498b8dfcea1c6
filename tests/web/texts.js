// Every text of the page: what is to be seen, what is shown under the pointer, and what is read out.
(() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("script")) found.push(walk.currentNode.data.trim());
  for (const name of ["title", "aria-label", "placeholder"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) found.push(element.getAttribute(name).trim());
  }
  return found;
})()
