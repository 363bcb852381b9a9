import { z } from 'zod'
import { accountsRoute } from '#protocol/api/accounts.ts'
import * as agent from '#protocol/api/agent.ts'
import { checkAgentRoute } from '#protocol/api/agent.ts'
import { allJobsRoute } from '#protocol/api/all-jobs.ts'
import { auditRoute } from '#protocol/api/audit.ts'
import * as browser from '#protocol/api/browser.ts'
import * as community from '#protocol/api/community.ts'
import {
  developmentSignatureRoute,
  developmentTransactionRoute,
} from '#protocol/api/development.ts'
import { earningsRoute } from '#protocol/api/earnings.ts'
import { heartbeatRoute, listEncodersRoute, registerEncoderRoute } from '#protocol/api/encoders.ts'
import { eventSocketRoute, eventStreamRoute } from '#protocol/api/events.ts'
import { evidenceRoute } from '#protocol/api/evidence.ts'
import * as health from '#protocol/api/health.ts'
import * as history from '#protocol/api/history.ts'
import * as jobs from '#protocol/api/jobs.ts'
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
import * as trees from '#protocol/api/trees.ts'
import * as uploads from '#protocol/api/uploads.ts'
import * as webhooks from '#protocol/api/webhooks.ts'
import { wholeRoute } from '#protocol/api/wholes.ts'
import type { Route } from '#protocol/route.ts'
import { aBid, alice, anOffer, jobId } from './builders.ts'
import { aCid } from './encoding-jobs.ts'
import type { Scene } from './indexer-scene.ts'
import { sealed } from './sealed.ts'

/** A request that its route understands, about what alice has. */
export type FittingRequest = {
  readonly path?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const leaseIn = ({ held }: Scene) => ({
  ...{ jobId: held.job, encoderId: held.encoder, fencingToken: held.fencingToken },
})

const tus = { 'tus-resumable': '1.0.0' }
const uploadIn = ({ upload }: Scene): string => `${uploads.uploadsPath}/${upload}`

const result = {
  ...{ outputCid: aCid, manifestPath: 'manifest.json', qualities: ['720p'] },
  ...{ processingTimeSec: 3, outputSizeBytes: 1_000 },
}

/** For each route one request that alice may make. */
export const fittingRequests: ReadonlyMap<Route, (scene: Scene) => FittingRequest> = new Map<
  Route,
  (scene: Scene) => FittingRequest
>([
  [jobs.listJobsRoute, () => ({})],
  [jobs.getJobRoute, ({ waiting }) => ({ path: `/api/encoding/jobs/${waiting}` })],
  [jobs.jobHistoryRoute, ({ waiting }) => ({ path: `/api/encoding/jobs/${waiting}/history` })],
  [queueRoute, () => ({})],
  [jobs.submitJobRoute, () => ({ body: { permlink: 'a-video', inputCid: aCid } })],
  [jobs.cancelJobRoute, ({ waiting }) => ({ path: `/api/encoding/jobs/${waiting}` })],
  [listEncodersRoute, () => ({})],
  [registerEncoderRoute, ({ encoder: id }) => ({ body: { id, kind: 'agent' } })],
  [heartbeatRoute, ({ encoder }) => ({ body: { encoderId: encoder, jobsInProgress: 1 } })],
  [agent.claimRoute, ({ encoder }) => ({ body: { encoderId: encoder } })],
  [agent.renewRoute, (scene) => ({ body: leaseIn(scene) })],
  [
    agent.progressRoute,
    (scene) => ({ body: { ...leaseIn(scene), stage: 'encoding', progress: 40.5 } }),
  ],
  [agent.releaseRoute, (scene) => ({ body: { ...leaseIn(scene), reason: 'shutting down' } })],
  [agent.completeRoute, (scene) => ({ body: { ...leaseIn(scene), ...result } })],
  [
    agent.failRoute,
    (scene) => ({ body: { ...leaseIn(scene), error: 'no such codec', retryable: true } }),
  ],
  [browser.browserPlanRoute, (scene) => ({ body: leaseIn(scene) })],
  [
    browser.putSegmentRoute,
    ({ held }) => ({
      path: `/api/encoding/browser/jobs/${held.job}/video/0?encoderId=${held.encoder}&fencingToken=${held.fencingToken}`,
      body: 'a segment',
    }),
  ],
  [
    browser.completeBrowserRoute,
    (scene) => ({ body: { ...leaseIn(scene), processingTimeSec: 3 } }),
  ],
  [checkAgentRoute, () => ({})],
  [getSettingsRoute, () => ({ path: '/api/encoding/settings/alice' })],
  [
    changeSettingsRoute,
    () => ({ path: '/api/encoding/settings/alice', body: { budget: '1.000 HBD' } }),
  ],
  [
    community.bidRoute,
    () => ({ body: z.encode(community.bidRoute.body, sealed('alice', aBid({ encoder: alice }))) }),
  ],
  [community.bidsRoute, () => ({ path: `/api/encoding/community/bids/${jobId('alice')}` })],
  [community.settleRoute, () => ({ body: { job: jobId('alice'), act: 'release' } })],
  [community.acceptRoute, () => ({ body: { job: jobId('alice'), encoder: 'bob' } })],
  [sourceRoute, () => ({ path: `/api/encoding/sources/${aCid}` })],
  [quoteRoute, () => ({ body: { ladder: anOffer().ladder, seconds: 60 } })],
  [prepareOfferRoute, ({ waiting }) => ({ body: { job: waiting, saltHash: anOffer().saltHash } })],
  [siteRoute, () => ({})],
  [developmentSignatureRoute, () => ({ body: { account: 'alice', message: 'a text' } })],
  [
    developmentTransactionRoute,
    () => ({
      body: { account: 'alice', role: 'posting', operations: [['custom_json', { json: '{}' }]] },
    }),
  ],
  [reputationRoute, () => ({ path: '/api/encoding/reputation/alice' })],
  [evidenceRoute, () => ({ path: '/api/encoding/reputation/alice/evidence' })],
  [accountsRoute, () => ({})],
  [history.scorePointsRoute, () => ({ path: '/api/encoding/reputation/alice/points' })],
  [history.customRoute, () => ({ path: '/api/encoding/reputation/alice/custom' })],
  [history.historyRoute, () => ({ path: '/api/encoding/history?accounts=alice,bob' })],
  [marketJobRoute, () => ({ path: `/api/encoding/market/jobs/${jobId('alice')}` })],
  [marketJobsRoute, () => ({})],
  [wholeRoute, () => ({ path: `/api/encoding/market/wholes/${jobId('alice')}` })],
  [networkRoute, () => ({})],
  [joinRoute, () => ({})],
  [seriesRoute, () => ({ path: '/api/encoding/network/series?bucket=hour&count=24' })],
  [marketEncodersRoute, () => ({})],
  [priceHistoryRoute, () => ({ path: '/api/encoding/market/encoders/alice/prices' })],
  [earningsRoute, () => ({ path: '/api/encoding/accounts/alice/earnings' })],
  [allJobsRoute, () => ({})],
  [webhooks.deliveriesRoute, () => ({})],
  [
    webhooks.deliveryTriesRoute,
    ({ delivery }) => ({ path: `/api/encoding/webhooks/deliveries/${delivery}/tries` }),
  ],
  [
    webhooks.redeliverRoute,
    ({ delivery }) => ({ path: `/api/encoding/webhooks/deliveries/${delivery}/redeliver` }),
  ],
  [challengeRoute, () => ({ body: { account: 'alice' } })],
  [
    signInRoute,
    () => ({ body: { account: 'alice', nonce: '0'.repeat(64), signature: '20'.repeat(65) } }),
  ],
  [signOutRoute, () => ({})],
  [trees.lackingRoute, (scene) => ({ body: { ...leaseIn(scene), blocks: [aCid] } })],
  [
    trees.bringBlocksRoute,
    ({ held }) => ({
      path: `${trees.bringBlocksRoute.path}?jobId=${held.job}&encoderId=${held.encoder}&fencingToken=${held.fencingToken}`,
      body: 'an archive',
    }),
  ],
  [trees.keepTreeRoute, (scene) => ({ body: { ...leaseIn(scene), root: aCid } })],
  [
    webhooks.incomingWebhookRoute,
    ({ held }) => ({
      headers: {
        ...{ 'webhook-id': 'call', 'webhook-timestamp': '0', 'webhook-signature': 'v1,AAAA' },
      },
      body: { type: 'job.failed', timestamp: new Date(0).toISOString(), job: held.job, data: {} },
    }),
  ],
  [auditRoute, () => ({})],
  [eventStreamRoute, () => ({})],
  [eventSocketRoute, () => ({})],
  [uploads.beginUploadRoute, () => ({ headers: { ...tus, 'upload-length': '3' } })],
  [uploads.uploadOffsetRoute, (scene) => ({ path: uploadIn(scene), headers: tus })],
  [uploads.uploadStatusRoute, (scene) => ({ path: uploadIn(scene) })],
  [
    uploads.continueUploadRoute,
    (scene) => ({
      path: uploadIn(scene),
      headers: {
        ...{ ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      },
      body: 'ab',
    }),
  ],
  [uploads.removeUploadRoute, (scene) => ({ path: uploadIn(scene) })],
  [health.liveRoute, () => ({})],
  [health.readyRoute, () => ({})],
  [health.healthRoute, () => ({})],
  [health.metricsRoute, () => ({})],
  [health.descriptionRoute, () => ({})],
])
