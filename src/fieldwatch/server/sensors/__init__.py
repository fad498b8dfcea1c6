"""Where sensors knock: certificates, a door with mutual TLS, and the inbox. No Django here: who knows the sensors is a `Registry`."""
