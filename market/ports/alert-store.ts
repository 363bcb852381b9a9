import type { WebhookEvent } from '../domain/webhook-event.ts'

export type AlertChange = {
  /** Names the condition over all processes. */
  readonly key: string
  readonly phase: 'firing' | 'resolved'
  readonly event: WebhookEvent
}

export interface AlertStore {
  /**
   * Notes changes and writes their calls, in one transaction. A change that was noted before, by whatever process, is told no
   * second time; one that never fired does not resolve. Returns the keys of those that were told.
   */
  settle(changes: readonly AlertChange[]): Promise<readonly string[]>
}
