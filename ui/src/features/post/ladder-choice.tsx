import type { ReactElement } from 'react'
import type { Ladder } from '#protocol/ladder.ts'

export type LadderChoiceProps = {
  readonly ladder: Ladder
  readonly chosen: readonly string[]
  readonly onToggle: (name: string) => void
}

/** The ladder that the video gets, each rung to be had or not. */
export function LadderChoice({ ladder, chosen, onToggle }: LadderChoiceProps): ReactElement {
  return (
    <table className="w-full text-left tabular-nums">
      <thead className="text-sm text-muted">
        <tr>
          <th className="py-1 pr-3 font-normal">Rendition</th>
          <th className="py-1 pr-3 font-normal">Size</th>
          <th className="py-1 text-right font-normal">At most</th>
        </tr>
      </thead>
      <tbody>
        {ladder.map(({ name, width, height, kbps }) => (
          <tr key={name} className="border-t border-line">
            <td className="pr-3">
              <label className="flex min-h-10 items-center gap-3 font-medium">
                <input
                  type="checkbox"
                  className="size-4 accent-accent"
                  checked={chosen.includes(name)}
                  onChange={() => onToggle(name)}
                />
                {name}
              </label>
            </td>
            <td className="pr-3">
              {width} × {height}
            </td>
            <td className="text-right">{kbps} kbit/s</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
