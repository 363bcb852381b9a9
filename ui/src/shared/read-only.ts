/** True on pages of a node, which show the market and change nothing in it: their server has marked them so. */
export function isReadOnly(): boolean {
  return 'document' in globalThis && 'readOnly' in document.documentElement.dataset
}
