import type { ReactElement } from 'react'
import { jobCreator } from '#protocol/ids.ts'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Figure } from '#ui/shared/components/figure.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { FetchForm } from './fetch-form.tsx'
import type { Heard, HeardOffer } from './heard.ts'
import type { TabPeer } from './tab-peer.ts'

export type TabViewProps = { readonly peer: TabPeer; readonly heard: Heard | null }

/** What a tab that has joined is and hears. */
export function TabView({ peer, heard }: TabViewProps): ReactElement {
  const offers = heard?.offers ?? []
  return (
    <div className="grid gap-4">
      <p className="text-sm break-all">
        This tab is <span className="font-mono">{peer.id}</span>
      </p>
      <dl className="grid grid-cols-2 gap-3">
        <Figure label="Messages" value={heard?.messages ?? 0} note="Heard since you joined" />
        <Figure label="There now" value={heard?.present.size ?? 0} note="Accounts heard here" />
      </dl>
      {offers.length === 0 ? (
        <p className="text-muted">No offer was made since you joined.</p>
      ) : (
        <HeardOffers offers={offers} />
      )}
      <FetchForm peer={peer} />
    </div>
  )
}

function HeardOffers({ offers }: { readonly offers: readonly HeardOffer[] }): ReactElement {
  const number = 'py-1.5 pl-4 text-right tabular-nums'
  return (
    <table className="w-full text-left" aria-label="Offers heard">
      <thead className="text-sm text-muted">
        <tr>
          <th className="py-1.5 font-medium">Offer of</th>
          <th className={`${number} font-medium`}>At most</th>
          <th className={`${number} font-medium`}>Bids</th>
        </tr>
      </thead>
      <tbody>
        {offers.map(({ job, ceiling, bidders }) => (
          <tr key={job} className="border-t border-line">
            <th scope="row" className="py-1.5 font-normal">
              <AccountLink account={jobCreator(job)} />
            </th>
            <td className={number}>
              <Hbd milli={ceiling} />
            </td>
            <td className={number}>{bidders.size}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
