"""What a message does to the plant, whatever its protocol: the closed set that every rule reads."""

from enum import StrEnum


class Effect(StrEnum):
    """The effect of an operation. Rules read this instead of function codes."""

    DISCOVER = "discover"
    IDENTIFY = "identify"
    READ = "read"
    WRITE = "write"
    FORCE = "force"
    OPERATE = "operate"
    START = "start"
    STOP = "stop"
    MODE = "mode"
    RESET = "reset"
    PROGRAM_DOWNLOAD = "program_download"
    PROGRAM_UPLOAD = "program_upload"
    PROGRAM_EDIT = "program_edit"
    FIRMWARE = "firmware"
    CONFIGURE = "configure"
    TIME_SET = "time_set"
    AUTHENTICATE = "authenticate"
    DIAGNOSE = "diagnose"
    ALARM = "alarm"
    ERROR = "error"


COUNTED = frozenset({Effect.DISCOVER, Effect.IDENTIFY, Effect.READ})
"""Effects whose repetitions are only counted; of every other effect each occurrence is kept."""

DANGEROUS = frozenset(
    {
        Effect.FORCE,
        Effect.STOP,
        Effect.MODE,
        Effect.RESET,
        Effect.PROGRAM_DOWNLOAD,
        Effect.PROGRAM_EDIT,
        Effect.FIRMWARE,
        Effect.CONFIGURE,
        Effect.TIME_SET,
        Effect.WRITE,
        Effect.OPERATE,
        Effect.START,
    }
)
"""Effects that change what the plant does, or what it will do."""
