/**
 * Where the tree's clock begins, in seconds. Every part and the sound start from it, so that none of them carries a
 * negative decoding time: the muxer would shift such a part, and only that one. Ten seconds are enough for the two
 * pictures that B-frames reach back, down to one frame in five seconds.
 */
export const clockBaseSeconds = 10

/** Ticks of MPEG-TS in a second. */
export const clockRate = 90_000
