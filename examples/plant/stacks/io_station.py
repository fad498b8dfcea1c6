"""A PROFINET IO station at power-on: DCP Hello frames (profinet-py). It answers nothing: that package has no responder."""

import sys
import time

import works
from profinet.dcp import send_hello
from profinet.util import ethernet_socket, s2mac

MASK, HELLOS, PAUSE_S = "255.255.255.0", 3, 0.3


def main(name: str) -> None:
    host, said = works.BY_NAME[name], works.says(name, "pn_dcp")
    numbers = (int(said["vendor_id"], 16), int(said["device_id"], 16))
    sock = ethernet_socket("eth0")
    for _ in range(HELLOS):
        send_hello(sock, s2mac(host.mac), said["station_name"], host.ip, MASK, "0.0.0.0", numbers)
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(sys.argv[1])
