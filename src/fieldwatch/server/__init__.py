"""The door for browsers, programs and sensors: pages, REST API, live events."""
