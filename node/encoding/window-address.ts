/** What a window of this node's own is called: on this machine, by a name that nobody can guess. */
const windowAddress = /^http:\/\/127\.0\.0\.1:\d{1,5}\/[0-9a-f]{32}$/

/** True for the address of a source that this node itself serves to its FFmpeg; everything else is a path. */
export function isWindow(input: string): boolean {
  return windowAddress.test(input)
}
