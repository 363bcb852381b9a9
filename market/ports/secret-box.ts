/** Closes secrets before they are stored, so that a table, a backup or a replica tells none to its readers. */
export interface SecretBox {
  /** A text that may be stored for this owner; another one each time. */
  seal(secret: string, owner: string): string
  /**
   * The secret again. Throws `secret-unreadable` for one of another owner, one that was altered, and one whose key is not at hand.
   */
  open(sealed: string, owner: string): string
}
