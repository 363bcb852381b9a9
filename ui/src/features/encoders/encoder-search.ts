/** What is chosen from, by the words of the route. */
export const codecs = ['h264', 'h265', 'vp9', 'av1'] as const
export const hardware = ['nvenc', 'vaapi', 'qsv', 'videotoolbox', 'amf', 'none'] as const
export const orders = ['score', 'price', 'speed'] as const

/** The page's filters as its address has them; what is absent asks for nothing. */
export type EncoderSearch = {
  readonly order?: (typeof orders)[number]
  readonly codec?: (typeof codecs)[number]
  readonly hwAccel?: (typeof hardware)[number]
  /** A country by its two letters. */
  readonly region?: string
  /** The most for a minute of the whole ladder, in HBD of three decimals. */
  readonly price?: number
  /** Times real time. */
  readonly speed?: number
  readonly present?: boolean
  /** The account whose details are open. */
  readonly show?: string
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((each) => each === value)
}

const country = /^[A-Z]{2}$/
const account = /^[a-z][a-z0-9.-]{2,15}$/
const amount = /^(0|[1-9]\d{0,9})(\.\d{1,3})?$/
const fastest = 10_000

/** What an address says of the filters, without what no page would say. */
export function parseEncoderSearch(search: Readonly<Record<string, unknown>>): EncoderSearch {
  const order = oneOf(orders, search['order'])
  const codec = oneOf(codecs, search['codec'])
  const hwAccel = oneOf(hardware, search['hwAccel'])
  const price = String(search['price'] ?? '')
  const speed = Number(search['speed'] ?? Number.NaN)
  const { region, show } = search
  return {
    ...(order && { order }),
    ...(codec && { codec }),
    ...(hwAccel && { hwAccel }),
    ...(typeof region === 'string' && country.test(region) && { region }),
    ...(amount.test(price) && { price: Number(price) }),
    ...(speed > 0 && speed <= fastest && { speed }),
    ...(search['present'] === true && { present: true }),
    ...(typeof show === 'string' && account.test(show) && { show }),
  }
}

/** What is said of hardware where people read it. */
export const hardwareNames = {
  nvenc: 'NVIDIA',
  vaapi: 'VAAPI',
  qsv: 'Intel Quick Sync',
  videotoolbox: 'Apple',
  amf: 'AMD',
  none: 'Processor',
} as const satisfies Record<(typeof hardware)[number], string>
