import type { FailureReason } from './failure-reason.ts'
import type { HardwareDevice } from './hardware-device.ts'
import { deviceName } from './hardware-device.ts'

const drivers: Readonly<Record<HardwareDevice['encoder'], string>> = {
  h264_nvenc:
    'Install NVIDIA’s own driver with its encode library (Debian: nvidia-driver libnvidia-encode1; Docker: --gpus all with NVIDIA_DRIVER_CAPABILITIES=video).',
  h264_vaapi:
    'Install the VA-API driver of your GPU and see what vainfo says (Intel: intel-media-va-driver-non-free; AMD: mesa-va-drivers).',
  h264_qsv:
    'Install Intel’s media runtime (Debian: intel-media-va-driver-non-free libmfx1 or libmfxgen1, libvpl2).',
  h264_videotoolbox: 'VideoToolbox is part of macOS: update the system.',
  h264_amf: 'Install AMD’s Adrenalin driver; AMF comes with it.',
}

const build =
  'Install a current FFmpeg that was built with this encoder, or name one by FFMPEG_PATH; `ffmpeg -encoders` lists what a build has.'

/** For each reason, what a person can do about it. */
export const failureFixes: Readonly<Record<FailureReason, (device: HardwareDevice) => string>> = {
  'encoder-missing': () => build,
  'option-unknown': () =>
    'This FFmpeg is too old or too new for the options of its encoder: install version 4.4 to 7 or name one by FFMPEG_PATH.',
  'filter-missing': () =>
    'This FFmpeg lacks a filter that hardware needs: install version 4.4 or later, in full.',
  'formats-inconvertible': () =>
    'This FFmpeg cannot hand pictures to the device: it was built without the device’s support. Install another build or name one by FFMPEG_PATH.',
  'driver-missing': ({ encoder }) => drivers[encoder],
  'driver-too-old': ({ encoder }) =>
    `The driver is older than FFmpeg asks for. ${drivers[encoder]}`,
  'no-permission': ({ device }) =>
    device.startsWith('/dev/dri/')
      ? `Add your user to the group that owns ${device}: sudo usermod -aG render $USER (on some systems the group is video), then log in again. In Docker: --device /dev/dri --group-add with that group’s number.`
      : 'Let your user open /dev/nvidia*: see their owner by ls -l /dev/nvidia*, and add your user to that group.',
  'no-device': ({ device }) =>
    `The system has no device ${device || 'for this encoder'} that encodes. Check that the GPU is enabled, and in Docker that it is passed on (--device /dev/dri, or --gpus all).`,
  'session-limit': () =>
    'Other programs use all encoding sessions that the driver grants; close them (OBS, a media server) or update the driver, newer ones grant more. Meanwhile the work goes on elsewhere.',
  'device-busy': () =>
    'Another program uses the device, or its memory is full. Meanwhile the work goes on elsewhere.',
  'unsupported-size-or-profile': () =>
    'The device does not encode this size or profile; nothing is to be done, other encoders take it.',
  'low-power-only': () =>
    'The driver offers no encoding of H.264. For Intel install intel-media-va-driver-non-free; other GPUs may have none.',
  'device-lost': (device) =>
    `The device ${deviceName(device)} failed while it worked. See the kernel’s log (journalctl -k), check heat and power, update the driver. It is tried again later.`,
  'output-wrong': ({ encoder }) =>
    `The device’s video was not what was asked for (frames, key frames, profile or rate). Update the driver. ${drivers[encoder]}`,
  stalled: () =>
    'The device stopped answering and its process was ended. Update the driver, or restart the machine if it comes again.',
  crashed: () => 'FFmpeg crashed in the driver. Update FFmpeg and the driver.',
  unknown: () =>
    'FFmpeg failed for a reason that is not known here; the line above is its own. The work goes on elsewhere.',
  'disk-full': () => 'Free some space on the disk that holds the data directory.',
}
