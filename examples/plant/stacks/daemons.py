"""Configuration and command line of the Debian daemons: snmpd, lldpd, dnsmasq, nginx, sshd, telnetd behind inetd, dhclient.

Each function writes what its daemon needs into the work folder and returns the command to start.
"""

import ipaddress
import subprocess
from pathlib import Path

import works
from works import Host

LOGIN = "#!/bin/sh\nprintf '{banner} '\nread -r user\nprintf 'password: '\nread -r word\necho\necho 'Login incorrect'\n"
PAGE = "<html><head><title>{title}</title></head><body>{title}</body></html>\n"
LEASE = """#!/bin/sh
case "$reason" in BOUND|RENEW|REBIND|REBOOT)
  ip address replace "$new_ip_address/{length}" broadcast + dev eth0 ;;
esac
"""


def _write(path: Path, text: str, mode: int = 0o644) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def snmpd(host: Host, work: Path) -> list[str]:
    """An SNMP v2c agent with the system group of that device."""
    said = host.says["snmp"]
    lines = [
        f"agentAddress udp:{host.ip}:161",
        f"rocommunity {works.COMMUNITY} {works.SUBNET}",
        f"sysDescr {said['system_description']}",
        f"sysObjectID {said['sys_object_id']}",
        f"sysName {said['device_name']}",
        f"sysLocation {said['location']}",
        f"sysContact {said['contact']}",
        f"[snmp] persistentDir {work / (host.name + '-snmp')}",
    ]
    path = _write(work / f"{host.name}-snmpd.conf", "\n".join(lines) + "\n")
    return ["snmpd", "-f", "-Le", "-I", "-smux,-mteTrigger", "-p", "/run/snmpd.pid", "-C", "-c", str(path)]


def lldpd(host: Host, _work: Path) -> list[str]:
    """An LLDP agent that announces every 30 s; its kernel and its board stay untold."""
    said = host.says["lldp"]
    own = ["-u", "/run/lldpd.socket", "-I", "eth0", "-C", "eth0", "-m", host.ip, "-S", said["system_description"]]
    return ["lldpd", "-d", "-i", "-k", "-O", "/dev/null", *own]


def dnsmasq(host: Host, work: Path) -> list[str]:
    """DNS for the works' domain, and DHCP with a fixed address for each host that asks."""
    records = [f"address=/{other.name}.{works.DOMAIN}/{other.ip}" for other in works.HOSTS]
    leases = [f"dhcp-host={other.mac},{other.ip}" for other in works.HOSTS if other.by_dhcp]
    network = ipaddress.ip_network(works.SUBNET)
    lines = [
        "no-resolv",
        "no-hosts",
        "bind-interfaces",
        "user=root",
        "interface=eth0",
        f"local=/{works.DOMAIN}/",
        f"domain={works.DOMAIN}",
        f"dhcp-range={network[140]},{network[160]},12h",
        f"dhcp-leasefile={work / 'leases'}",
        f"dhcp-option=option:dns-server,{host.ip}",
        "dhcp-authoritative",
        *records,
        *leases,
    ]
    path = _write(work / "dnsmasq.conf", "\n".join(lines) + "\n")
    return ["dnsmasq", "--keep-in-foreground", "--pid-file=/run/dnsmasq.pid", f"--conf-file={path}"]


def dhclient(host: Host, work: Path) -> list[str]:
    """A DHCP client that names itself and its class."""
    said = host.says["dhcp"]
    lines = [
        f'send host-name "{said["host_name"]}";',
        f'send vendor-class-identifier "{said["vendor_class"]}";',
        "request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers;",
        "timeout 20;",
    ]
    path = _write(work / f"{host.name}-dhclient.conf", "\n".join(lines) + "\n")
    script = _write(work / "lease.sh", LEASE.format(length=works.SUBNET.split("/")[1]), 0o755)
    lease = _write(work / f"{host.name}.lease", "")
    return ["dhclient", "-4", "-d", "-cf", str(path), "-lf", str(lease), "-pf", "/run/dhclient.pid", "-sf", str(script), "eth0"]


def nginx(host: Host, work: Path) -> list[str]:
    """A device's web page over HTTP with Basic authentication and over TLS 1.2 with its own certificate."""
    said, root = host.says["http"], work / f"{host.name}-www"
    root.mkdir(exist_ok=True)
    _write(root / "index.html", PAGE.format(title=said["page_title"]))
    key, certificate = work / f"{host.name}.key", work / f"{host.name}.crt"
    subject = f"/O={host.maker}/CN={host.says['tls']['certificate_name']}"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "3650",
            "-subj",
            subject,
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    users = _write(work / f"{host.name}.users", "operator:{PLAIN}Gate-51\n")
    site = f'root {root}; auth_basic "{said["auth_realm"]}"; auth_basic_user_file {users};'
    temporary = " ".join(f"{kind}_temp_path /run/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = f"""daemon off; pid /run/nginx.pid; error_log stderr; user root; worker_processes 1;
events {{ worker_connections 64; }}
http {{ access_log off; server_tokens off; {temporary}
  server {{ listen {host.ip}:80; {site} }}
  server {{ listen {host.ip}:443 ssl; ssl_protocols TLSv1.2; ssl_certificate {certificate}; ssl_certificate_key {key}; {site} }}
}}
"""
    return ["nginx", "-e", "stderr", "-c", str(_write(work / "nginx.conf", text))]


def ssh_key(work: Path) -> Path:
    """The engineering workstation's key; made on first use."""
    path = work / "engineer.key"
    if not path.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "engineer", "-f", str(path)], check=True)
    return path


def sshd(host: Host, work: Path) -> list[str]:
    """An SSH server that admits the engineer's key and answers with one line."""
    own = work / f"{host.name}-host.key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host.name, "-f", str(own)], check=True)
    _write(work / "engineer.authorized", ssh_key(work).with_suffix(".key.pub").read_text(encoding="utf-8"))
    lines = [
        f"HostKey {own}",
        f"ListenAddress {host.ip}",
        "PidFile /run/sshd.pid",
        "DebianBanner no",
        f"AuthorizedKeysFile {work / 'engineer.authorized'}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        f"ForceCommand echo {host.name} status OK",
    ]
    return ["/usr/sbin/sshd", "-D", "-e", "-f", str(_write(work / f"{host.name}-sshd.conf", "\n".join(lines) + "\n"))]


def telnetd(host: Host, work: Path) -> list[str]:
    """telnetd behind inetd: the banner and a login that always fails."""
    banner = host.says["telnet"]["banner"]
    login = _write(work / f"{host.name}-login", LOGIN.format(banner=banner.replace(" console", "\\r\\n\\r\\nconsole")), 0o755)
    server = f"telnet stream tcp nowait root /usr/sbin/in.telnetd in.telnetd -h -L {login}\n"
    return ["inetd", "-i", str(_write(work / f"{host.name}-inetd.conf", server))]
