import { historyRoute } from '#protocol/api/history.ts'
import { CallError } from '#protocol/client.ts'
import { pause } from '#ui/shared/pause.ts'
import { callServer } from '#ui/shared/session.ts'
import type { HistoryAsk, HistoryPage } from './recompute.ts'

/** A page of a history. A history may be longer than a server answers at once, so where it asks for patience, it gets it. */
export async function askHistory(question: HistoryAsk, signal: AbortSignal): Promise<HistoryPage> {
  const query = { ...question, accounts: [...question.accounts] }
  for (;;) {
    try {
      return await callServer(historyRoute, { query }, { signal })
    } catch (error) {
      if (!(error instanceof CallError) || error.retryAfterSeconds === null) throw error
      await pause(error.retryAfterSeconds * 1_000, signal)
    }
  }
}
