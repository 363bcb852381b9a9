import type { Site } from './view.ts'

/** Where the dashboard of a local market is, and what can be done there without any keys. */
export function siteLines({ url, api, account }: Site): readonly string[] {
  return [
    `The dashboard is at ${url}`,
    `  post a job there as @${account}: its development signer signs, with play money and keys that everybody knows`,
    `The market's API is at ${api}`,
  ]
}
