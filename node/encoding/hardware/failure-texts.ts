import type { FailureReason } from './failure-reason.ts'

/**
 * What FFmpeg, versions 4.4 to 7, and drivers write when hardware does not encode. The first pattern that any line
 * matches wins, so that causes stand before the consequences that follow them in every log.
 */
export const failureTexts: readonly {
  readonly reason: FailureReason
  readonly pattern: RegExp
}[] = [
  { reason: 'stalled', pattern: /^No frame and no sound for/ },
  { reason: 'disk-full', pattern: /No space left on device|Disk quota exceeded/ },
  { reason: 'encoder-missing', pattern: /Unknown encoder '|Encoder \S+ not found/ },
  { reason: 'filter-missing', pattern: /No such filter: '|Unknown bitstream filter/ },
  {
    reason: 'option-unknown',
    pattern:
      /Unrecognized option '|Undefined constant or missing|Unable to parse option value|Error setting option|Codec AVOption \S+ .* has not been used/,
  },
  {
    reason: 'driver-too-old',
    pattern:
      /does not support the required nvenc API version|minimum required Nvidia driver|CUDA driver version is insufficient|CUDA_ERROR_(SYSTEM_DRIVER_MISMATCH|COMPAT_NOT_SUPPORTED)/i,
  },
  {
    reason: 'no-permission',
    pattern:
      /(dri\/|nvidia|drm|device|VA display).*(Permission denied|EACCES)|Permission denied.*(dri\/|nvidia|drm)/i,
  },
  {
    reason: 'session-limit',
    pattern:
      /OpenEncodeSessionEx failed: (out of memory|incompatible client key)|maximum number of concurrent (encode )?sessions/i,
  },
  {
    reason: 'device-busy',
    pattern:
      /Device or resource busy|CUDA_ERROR_OUT_OF_MEMORY|cannot allocate memory.*(surface|device)|resource allocation failed|encoder busy|kVTVideoEncoderNotAvailableNowErr|-12915/i,
  },
  { reason: 'low-power-only', pattern: /No usable encoding entrypoint found/ },
  {
    reason: 'driver-missing',
    pattern:
      /Cannot load (libcuda|nvcuda|libnvidia-encode|nvEncodeAPI)|Failed loading nvEncode|DLL \S*amfrt\S* failed to open|Failed to initialise VAAPI connection|va_openDriver\(\) returns|initializing an internal MFX session: unsupported|Error (creating|initializing) (a|an) (internal )?MFX session|Device creation failed: -542398533|libmfx.*not found/i,
  },
  {
    reason: 'no-device',
    pattern:
      /No capable devices found|CUDA_ERROR_(NO_DEVICE|INVALID_DEVICE)|no CUDA-capable device|No VA display found|Failed to open \S+ as DRM device|No device available|Cannot open the drm device|Could not find (a|any) suitable (adapter|device)/i,
  },
  {
    reason: 'unsupported-size-or-profile',
    pattern:
      /Hardware does not support encoding at size|No usable encoding profile found|InitializeEncoder failed: (invalid param|unsupported)|Frame Dimension less than the minimum|(width|height|resolution).* (exceeds|not supported|is too (small|large))|exceed(s|ed)? .*(width|height|resolution)|Codec not supported|Current (frame|picture) (size|structure) is unsupported|Selected ratecontrol mode is unsupported|Driver does not support .*(RC mode|rate control)|B frames .* not supported/i,
  },
  { reason: 'formats-inconvertible', pattern: /Impossible to convert between the formats/ },
  {
    reason: 'device-lost',
    pattern:
      /CUDA_ERROR_(LAUNCH_FAILED|ILLEGAL_ADDRESS|UNKNOWN|DEINITIALIZED|DEVICE_UNAVAILABLE)|EncodePicture failed|LockBitstream failed|Failed to (end picture encode|sync|submit)|device (was )?(lost|removed|failed)|GPU hang|(hardware|GPU) reset|MFX_ERR_(DEVICE|GPU)|encode sync operation|Error encoding frame|error while encoding: -1[0-9]{4}|internal encoding error/i,
  },
]

/** The low byte of a negated error number of the system, and the codes a shell gives a crash. */
export const exitReasons: ReadonlyMap<number, FailureReason> = new Map([
  [256 - 13, 'no-permission'],
  [256 - 16, 'device-busy'],
  [256 - 19, 'no-device'],
  [256 - 28, 'disk-full'],
  [256 - 5, 'device-lost'],
  [128 + 6, 'crashed'],
  [128 + 7, 'crashed'],
  [128 + 8, 'crashed'],
  [128 + 9, 'crashed'],
  [128 + 11, 'crashed'],
])
