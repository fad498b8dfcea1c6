"""What `fieldwatch doctor` looks at on a server: the machine, then what is stored. Nothing is changed, and nobody is told."""
