/** Ids of calls that were carried out, for each sender by itself. */
export interface WebhookReceipts {
  has(sender: string, id: string): Promise<boolean>
  /** Notes a call; again is no error. */
  add(sender: string, id: string, at: Date): Promise<void>
  /** Forgets those of calls that came before, which no sender repeats any more. Returns how many. */
  prune(receivedBefore: Date): Promise<number>
}
