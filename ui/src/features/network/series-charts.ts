import type { SeriesBucket } from '#protocol/api/network.ts'
import type { DrawnLine } from '#ui/shared/drawn-line.ts'
import { durationText, hbdText } from '#ui/shared/format.ts'

export type SeriesChart = {
  readonly title: string
  readonly lead: string
  readonly lines: readonly DrawnLine[]
  readonly format: (value: number) => string
}

const milliText = (milli: number): string => hbdText(BigInt(Math.round(milli)))
const countText = (count: number): string => count.toLocaleString('en')
const numberOf = (amount: bigint | null): number | null => (amount === null ? null : Number(amount))

/** What is drawn of a series, one chart for each kind of number. Money stays in milli-HBD until it is written. */
export function seriesCharts(buckets: readonly SeriesBucket[]): readonly SeriesChart[] {
  const line = (name: string, read: (bucket: SeriesBucket) => number | null): DrawnLine => ({
    name,
    values: buckets.map(read),
  })
  return [
    {
      title: 'Money',
      lead: 'What creators put into escrows, what encoders were paid, and what went back.',
      lines: [
        line('Escrowed', ({ escrowed }) => Number(escrowed)),
        line('Paid', ({ paid }) => Number(paid)),
        line('Returned', ({ returned }) => Number(returned)),
      ],
      format: milliText,
    },
    {
      title: 'Jobs',
      lead: 'Jobs that an encoder took on, and jobs that were delivered.',
      lines: [
        line('Accepted', ({ acceptedJobs }) => acceptedJobs),
        line('Delivered', ({ deliveredJobs }) => deliveredJobs),
      ],
      format: countText,
    },
    {
      title: 'Throughput',
      lead: 'How much video was delivered.',
      lines: [line('Video', ({ videoSeconds }) => videoSeconds)],
      format: durationText,
    },
    {
      title: 'Price of a minute',
      lead: 'The median of what was agreed for one minute of video, all renditions together.',
      lines: [line('Median', (bucket) => numberOf(bucket.medianPricePerMinute))],
      format: milliText,
    },
    {
      title: 'Time to delivery',
      lead: 'From the moment the money is safe to the delivery: half of the jobs, and nine in ten, are faster.',
      lines: [
        line('Half', ({ medianDeliverySeconds }) => medianDeliverySeconds),
        line('Nine in ten', ({ slowDeliverySeconds }) => slowDeliverySeconds),
      ],
      format: durationText,
    },
  ]
}

/** True where there is nothing to draw: no line has a value that is not nought. */
export function isBlank({ lines }: Pick<SeriesChart, 'lines'>): boolean {
  return lines.every(({ values }) => values.every((value) => value === null || value === 0))
}
