"""Images, decoded and re-encoded: only the picture remains, no metadata, thumbnail, comment or trailing byte."""

import io
from typing import IO, Final

import pillow_heif
from PIL import (
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,  # noqa: F401 - loaded while files can be opened; so are the next three
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
)

from referrals.attachments.refusals import Exit, Refused

JPEG_QUALITY: Final = 90
_ORIENTATION: Final = 0x0112  # the tag of Exif by which a camera says how it was held
#: What each kind of image becomes: photographs of telephones are read nowhere else, so they become JPEG.
BECOMES: Final = {"jpeg": "JPEG", "png": "PNG", "heic": "JPEG"}
_FORMATS: Final = {"jpeg": "JPEG", "png": "PNG", "heic": "HEIF"}
_MODES: Final = {"JPEG": ("L", "RGB"), "PNG": ("L", "LA", "RGB", "RGBA")}

ImageFile.LOAD_TRUNCATED_IMAGES = False
pillow_heif.options.DECODE_THREADS = 1
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.AUX_IMAGES = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.register_heif_opener()


def rewritten(kind: str, source: IO[bytes], target: IO[bytes], *, most_pixels: int) -> None:
    """Write the image of ``source``, turned as it is meant to be seen, to ``target``.

    Raises:
        Refused: it isn't such an image, is damaged, or has more than ``most_pixels``.
    """
    wanted = BECOMES[kind]
    options = {"quality": JPEG_QUALITY} if wanted == "JPEG" else {"compress_level": 1}
    picture = decoded(kind, source, most_pixels=most_pixels)
    try:
        picture.save(target, wanted, **options)
    except (OSError, ValueError):
        raise Refused(Exit.DAMAGED) from None


def decoded(kind: str, source: IO[bytes], *, most_pixels: int) -> Image.Image:
    """Return the picture of ``source``, turned as it is meant to be seen, and nothing that came with it.

    Raises:
        Refused: as ``rewritten``.
    """
    Image.MAX_IMAGE_PIXELS = most_pixels
    try:
        with Image.open(source, formats=[_FORMATS[kind]]) as image:
            if image.width * image.height > most_pixels:
                raise Refused(Exit.TOO_MANY_PIXELS)
            picture: Image.Image = image
            image.load()
            ImageOps.exif_transpose(picture, in_place=True)
            picture = _plain(picture, BECOMES[kind])
            picture.info.clear()
            return picture
    except Image.DecompressionBombError:
        raise Refused(Exit.TOO_MANY_PIXELS) from None
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, IndexError, KeyError):
        raise Refused(Exit.DAMAGED) from None


def _plain(picture: Image.Image, wanted: str) -> Image.Image:
    """Return the picture without palette, odd depth or colours that its new form doesn't know."""
    if picture.mode in _MODES[wanted]:
        return picture
    see_through = wanted == "PNG" and ("transparency" in picture.info or picture.mode in ("PA", "RGBa"))
    if picture.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("RGBA" if see_through else "RGB")


def warm_up() -> None:
    """Use each codec once, so that nothing has to be loaded when no file can be opened any more."""
    turned = Image.Exif()
    turned[_ORIENTATION] = 6
    for name, kind in (("JPEG", "jpeg"), ("PNG", "png"), ("HEIF", "heic")):
        source, out = io.BytesIO(), io.BytesIO()
        Image.new("RGB", (16, 16)).save(source, name, exif=turned)
        source.seek(0)
        rewritten(kind, source, out, most_pixels=1_000)
