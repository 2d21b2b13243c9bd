"""Every limit on images and previews, in one place."""

from __future__ import annotations

from datetime import timedelta

MIB = 1 << 20

FILE_BYTES = 10 * MIB
# A form with the most images, each as cameras make them; read whole before anybody looks at it.
BODY_BYTES = 24 * MIB
IMAGES_A_POST = 4
ALT_CHARACTERS = 1_000

# Known from the first bytes, before anything is decoded: a small file can hold a huge picture.
PIXELS = 40_000_000
SIDE = 16_000

WIDTHS = (480, 960, 1600)
PREVIEW_WIDTHS = (480, 960)
SQUARES = (64, 128, 256)

IMAGES_A_DAY = 60
BYTES_A_DAY = 100 * MIB
DAY = timedelta(days=1)
# What nothing refers to for this long was left behind in a form.
UNUSED_FOR = timedelta(days=1)

# One decoding: seconds of CPU, seconds on the clock, bytes of memory, bytes of result.
DECODE_CPU = 10
DECODE_SECONDS = 15.0
DECODE_MEMORY = 1024 * MIB
DECODE_RESULT = 16 * MIB
# At once in one process; whoever waits longer is asked to try again.
DECODERS = 2
DECODER_PATIENCE = 10.0
