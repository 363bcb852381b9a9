/** This browser cannot encode this video; another encoder may. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
}
