import { formatHbd } from '#protocol/amount.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { TierReason } from '#protocol/tier-reason.ts'

const names: Readonly<Record<EncoderKind, string>> = {
  agent: 'desktop agent',
  browser: 'browser',
  community: 'community',
}

/** A reason as its owner reads it, as "browser: video is 3:10, limit 2:00". */
export function reasonText(tier: EncoderKind, reason: TierReason): string {
  const name = names[tier]
  switch (reason.type) {
    case 'length-unknown':
      return `${name}: the length of the video is not known, limit ${clock(reason.limitSeconds)}`
    case 'too-long':
      return `${name}: video is ${clock(reason.seconds)}, limit ${clock(reason.limitSeconds)}`
    case 'rendition-not-wanted':
      return `${name}: makes ${reason.rendition} only, which is not asked for`
    case 'no-budget':
      return `${name}: no budget is given`
    case 'no-encoder':
      return tier === 'browser'
        ? `${name}: no page offers to encode`
        : `${name}: none is registered`
    case 'silent':
      return `${name} ${reason.encoder} was last heard of at ${reason.lastSeenAt}`
    case 'ready':
      return `${name} ${reason.encoder} is ready`
    case 'busy':
      return `${name} ${reason.encoder} busy${reason.job === null ? '' : ` with job ${reason.job}`}`
    case 'not-taken':
      return `${name} ${reason.encoder} did not take the job in ${span(reason.limitSeconds)}`
    case 'offer-wanted':
      return `${name}: needs an offer signed by @${reason.signer}, under the id ${reason.marketJob}`
    case 'not-offered':
      return `${name}: no offer in ${span(reason.limitSeconds)}`
    case 'awaiting-bids':
      return `${name}: offered as ${reason.marketJob}, no bids yet`
    case 'no-bids':
      return `${name}: no bids in ${span(reason.limitSeconds)}`
    case 'no-fitting-bid':
      return `${name}: none of ${reason.bids} bids can win (${reason.why})`
    case 'best-bid':
      return `${name}: best bid ${formatHbd(reason.price)} by @${reason.encoder} (of ${reason.bids})`
    case 'signature-wanted':
      return reason.isAutomatic
        ? `${name}: best bid ${formatHbd(reason.price)} by @${reason.encoder}, within the limit of @${reason.signer}, whose node or wallet has to sign`
        : `${name}: best bid ${formatHbd(reason.price)} by @${reason.encoder} needs the signature of @${reason.signer}`
    case 'not-signed':
      return `${name}: the award to @${reason.encoder} for ${formatHbd(reason.price)} was not signed in time`
    case 'awarded':
      return `${name}: awarded to @${reason.encoder} for ${formatHbd(reason.price)}`
    case 'offer-over':
      return `${name}: the offer on the chain is ${reason.phase}`
  }
}

/** 190 seconds as "3:10". */
function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** 300 seconds as "5 minutes". */
function span(seconds: number): string {
  const isMinutes = seconds >= 60 && seconds % 60 === 0
  const count = isMinutes ? seconds / 60 : seconds
  return `${count} ${isMinutes ? 'minute' : 'second'}${count === 1 ? '' : 's'}`
}
