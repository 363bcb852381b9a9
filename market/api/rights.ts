import { accountsRoute } from '#protocol/api/accounts.ts'
import {
  checkAgentRoute,
  claimRoute,
  completeRoute,
  failRoute,
  progressRoute,
  releaseRoute,
  renewRoute,
} from '#protocol/api/agent.ts'
import { allJobsRoute } from '#protocol/api/all-jobs.ts'
import { auditRoute } from '#protocol/api/audit.ts'
import { browserPlanRoute, completeBrowserRoute, putSegmentRoute } from '#protocol/api/browser.ts'
import { acceptRoute, bidRoute, bidsRoute, settleRoute } from '#protocol/api/community.ts'
import {
  developmentSignatureRoute,
  developmentTransactionRoute,
} from '#protocol/api/development.ts'
import { earningsRoute } from '#protocol/api/earnings.ts'
import { heartbeatRoute, listEncodersRoute, registerEncoderRoute } from '#protocol/api/encoders.ts'
import { eventSocketRoute, eventStreamRoute } from '#protocol/api/events.ts'
import { evidenceRoute } from '#protocol/api/evidence.ts'
import {
  descriptionRoute,
  healthRoute,
  liveRoute,
  metricsRoute,
  readyRoute,
} from '#protocol/api/health.ts'
import { customRoute, historyRoute, scorePointsRoute } from '#protocol/api/history.ts'
import {
  cancelJobRoute,
  getJobRoute,
  jobHistoryRoute,
  listJobsRoute,
  submitJobRoute,
} from '#protocol/api/jobs.ts'
import { joinRoute } from '#protocol/api/join.ts'
import { marketEncodersRoute } from '#protocol/api/market-encoders.ts'
import { marketJobRoute, marketJobsRoute } from '#protocol/api/market-jobs.ts'
import { networkRoute, seriesRoute } from '#protocol/api/network.ts'
import { prepareOfferRoute, quoteRoute, sourceRoute } from '#protocol/api/posting.ts'
import { priceHistoryRoute } from '#protocol/api/price-history.ts'
import { queueRoute } from '#protocol/api/queue.ts'
import { challengeRoute, signInRoute, signOutRoute } from '#protocol/api/sessions.ts'
import { changeSettingsRoute, getSettingsRoute } from '#protocol/api/settings.ts'
import { siteRoute } from '#protocol/api/site.ts'
import { reputationRoute } from '#protocol/api/standing.ts'
import { bringBlocksRoute, keepTreeRoute, lackingRoute } from '#protocol/api/trees.ts'
import {
  beginUploadRoute,
  continueUploadRoute,
  removeUploadRoute,
  uploadOffsetRoute,
  uploadStatusRoute,
} from '#protocol/api/uploads.ts'
import {
  deliveriesRoute,
  deliveryTriesRoute,
  incomingWebhookRoute,
  redeliverRoute,
} from '#protocol/api/webhooks.ts'
import { wholeRoute } from '#protocol/api/wholes.ts'
import type { Route } from '#protocol/route.ts'

/**
 * Who may call a route, and of what it lets them see or change only their own. Everything that is on the chain, or that
 * gossip tells anyone, is anyone's to read.
 */
export type Right = {
  readonly caller: 'anyone' | 'account' | 'signature'
  /** What has to be the caller's: else `forbidden`, or `not-found` where that something exists is nobody else's business. */
  readonly owns: 'nothing' | 'job' | 'encoder' | 'settings' | 'delivery' | 'upload'
}

const anyone: Right = { caller: 'anyone', owns: 'nothing' }
/** Whoever signs the request with the secret of the job that it is about. */
const signature: Right = { caller: 'signature', owns: 'nothing' }
const account = (owns: Right['owns']): Right => ({ caller: 'account', owns })

const table: readonly (readonly [route: Route, right: Right])[] = [
  [listJobsRoute, anyone],
  [getJobRoute, anyone],
  [jobHistoryRoute, anyone],
  [queueRoute, anyone],
  [allJobsRoute, anyone],
  [submitJobRoute, account('nothing')],
  [cancelJobRoute, account('job')],
  [listEncodersRoute, anyone],
  [registerEncoderRoute, account('encoder')],
  [heartbeatRoute, account('encoder')],
  [claimRoute, account('encoder')],
  [renewRoute, account('encoder')],
  [progressRoute, account('encoder')],
  [releaseRoute, account('encoder')],
  [completeRoute, account('encoder')],
  [failRoute, account('encoder')],
  [browserPlanRoute, account('encoder')],
  [putSegmentRoute, account('encoder')],
  [completeBrowserRoute, account('encoder')],
  [lackingRoute, account('encoder')],
  [bringBlocksRoute, account('encoder')],
  [keepTreeRoute, account('encoder')],
  [checkAgentRoute, account('nothing')],
  [getSettingsRoute, account('settings')],
  [changeSettingsRoute, account('settings')],
  [bidRoute, account('encoder')],
  [bidsRoute, anyone],
  [acceptRoute, account('job')],
  [settleRoute, account('job')],
  [sourceRoute, account('nothing')],
  [quoteRoute, anyone],
  [prepareOfferRoute, account('job')],
  [siteRoute, anyone],
  [developmentSignatureRoute, anyone],
  [developmentTransactionRoute, anyone],
  [reputationRoute, anyone],
  [evidenceRoute, anyone],
  [scorePointsRoute, anyone],
  [customRoute, anyone],
  [historyRoute, anyone],
  [accountsRoute, anyone],
  [marketJobsRoute, anyone],
  [marketJobRoute, anyone],
  [wholeRoute, anyone],
  [networkRoute, anyone],
  [seriesRoute, anyone],
  [joinRoute, anyone],
  [marketEncodersRoute, anyone],
  [priceHistoryRoute, anyone],
  [earningsRoute, anyone],
  [auditRoute, account('nothing')],
  [deliveriesRoute, account('nothing')],
  [deliveryTriesRoute, account('delivery')],
  [redeliverRoute, account('delivery')],
  [challengeRoute, anyone],
  [signInRoute, anyone],
  [signOutRoute, account('nothing')],
  [incomingWebhookRoute, signature],
  [eventStreamRoute, anyone],
  [eventSocketRoute, anyone],
  [beginUploadRoute, account('nothing')],
  [uploadOffsetRoute, account('upload')],
  [uploadStatusRoute, account('upload')],
  [continueUploadRoute, account('upload')],
  [removeUploadRoute, account('upload')],
  [liveRoute, anyone],
  [readyRoute, anyone],
  [healthRoute, anyone],
  [metricsRoute, anyone],
  [descriptionRoute, anyone],
]

export const rights: ReadonlyMap<Route, Right> = new Map(table)

/** Throws a plain error for a route that the table lacks: nobody may call what nobody has thought about. */
export function rightOf(route: Route): Right {
  const right = rights.get(route)
  if (!right) throw new Error(`${route.method} ${route.path} is not in the table of rights`)
  return right
}
