"""A recording of a call packed anew: its sound as it is, and nothing else of the file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final, Literal

import av
from av.audio.stream import AudioStream

from backend.services.media.kinds import HEAD_BYTES
from backend.services.media.messages import SOUND_FILES, Job, Made, MediaError, MediaLimits

SoundKind = Literal["wav", "ogg", "mp3"]
RIGHT: Final = "right is a WAV, Ogg (Opus, Vorbis) or MP3 recording"

_MIME: Final[dict[SoundKind, str]] = {"wav": "audio/wav", "ogg": "audio/ogg", "mp3": "audio/mpeg"}
_CODECS: Final[dict[SoundKind, frozenset[str]]] = {
    "wav": frozenset(("pcm_s16le", "pcm_u8", "pcm_alaw", "pcm_mulaw")),
    "ogg": frozenset(("opus", "vorbis")),
    "mp3": frozenset(("mp3", "mp3float")),
}
_PACKETS_PER_S: Final = 200
_LOOK_FRAMES: Final = 20
_RATES: Final = range(8_000, 48_001)


def sound_kind_of(head: bytes) -> SoundKind:
    """By the first bytes of a file. Raises: MediaError: it is none that is taken."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "mp3"
    raise MediaError(f"content: it is {'empty' if not head else 'none of the kinds that are taken'}; {RIGHT}")


def make(job: Job, limits: MediaLimits) -> Made:
    """The recording in the job's folder. Raises: MediaError, OSError, MemoryError."""
    with Path(job.source).open("rb") as source:
        kind = sound_kind_of(source.read(HEAD_BYTES))
        source.seek(0)
        try:
            return _make(source, job, kind, limits)
        except (av.FFmpegError, ValueError, IndexError, TypeError, AttributeError) as error:
            if isinstance(error, MediaError):
                raise
            raise MediaError("content: the recording is damaged or cut off; send it again, whole") from None


def _make(source: BinaryIO, job: Job, kind: SoundKind, limits: MediaLimits) -> Made:
    target = Path(job.folder) / SOUND_FILES[_MIME[kind]]
    # Nothing but the file that is open already: no lists, no addresses.
    with av.open(source, "r", format=kind, options={"protocol_whitelist": "pipe"}) as given:
        if not given.streams.audio:
            raise MediaError(f"content: there is no sound in it; {RIGHT}")
        sound = given.streams.audio[0]
        _check(sound, kind)
        options = {"fflags": "+bitexact"} | ({"write_xing": "0", "id3v2_version": "0"} if kind == "mp3" else {})
        with av.open(str(target), "w", format=kind, options=options) as out:
            copy = out.add_stream_from_template(sound)
            copy.metadata.clear()
            out.metadata.clear()
            count, length_s = 0, 0.0
            for packet in given.demux(sound):
                if packet.pts is None or packet.time_base is None:
                    continue
                count += 1
                length_s = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                if length_s > limits.sound_s or count > _PACKETS_PER_S * limits.sound_s:
                    raise MediaError(f"size: it is longer than {limits.sound_s:g} s; send it in parts")
                packet.stream = copy
                out.mux(packet)
    if not length_s:
        raise MediaError("content: there is not one sound in the recording; send it again, whole")
    _heard(target, kind)
    return Made("sound", _MIME[kind], duration_ms=round(1000 * length_s))


def _check(sound: AudioStream, kind: SoundKind) -> None:
    codec = sound.codec_context
    if codec.name not in _CODECS[kind]:
        right = ", ".join(sorted(_CODECS[kind]))
        raise MediaError(f"content: its sound is coded as {codec.name}; right is one of {right}")
    if codec.sample_rate not in _RATES or not 1 <= codec.channels <= 2:
        raise MediaError(
            f"content: {codec.sample_rate} Hz on {codec.channels} channels; right is 8000 to 48000 Hz on one or two"
        )


def _heard(target: Path, kind: SoundKind) -> None:
    """What was packed anew can be played."""
    with target.open("rb") as source, av.open(source, "r", format=kind) as given:
        codec = given.streams.audio[0]
        codec.codec_context.thread_count = 1
        for number, _ in enumerate(given.decode(codec)):
            if number >= _LOOK_FRAMES:
                return
