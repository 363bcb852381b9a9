import { InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { Codec } from '#protocol/recipe.ts'
import { Bidding, SelectionMode } from '#protocol/selection.ts'
import { hardwareChoices } from '../encoding/hardware/hardware-choice.ts'
import type { Reach } from '../p2p/reach.ts'

/** Makes a commander parser of a schema: what the schema refuses, commander tells with the option's name. */
export function parsedBy<S extends z.ZodType>(schema: S): (text: string) => z.output<S> {
  return (text) => {
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data
    throw new InvalidArgumentError(parsed.error.issues.map(({ message }) => message).join(', '))
  }
}

/** As {@link parsedBy}, for an option that may be given several times. */
export function collectedBy<S extends z.ZodType>(
  schema: S,
): (text: string, previous?: z.output<S>[]) => z.output<S>[] {
  const parse = parsedBy(schema)
  return (text, previous = []) => [...previous, parse(text)]
}

/** A whole number from one up to the given one. */
export function count(most: number): z.ZodType<number> {
  return wholeNumber(1, most)
}

/** A whole number from one to another, both included. */
export function wholeNumber(least: number, most: number): z.ZodType<number> {
  const range = `not a whole number from ${least} to ${most}`
  return z.coerce.number(range).int(range).min(least, range).max(most, range)
}

/** `--codec`, of every command that asks for an encode. */
export function codecOption(description: string): Option {
  return new Option('--codec <name>', description)
    .choices(Codec.options)
    .default('h264' satisfies Codec)
}

/** `--selection`, of every command that offers jobs. */
export function selectionOption(description: string): Option {
  return new Option(
    '--selection <mode>',
    `${description}: the node (automatic), the owner within a time, else the node (ask), or the owner alone (manual)`,
  ).choices(SelectionMode.options)
}

/** `--bidding`, of every command that offers jobs. */
export function biddingOption(description: string): Option {
  return new Option(
    '--bidding <way>',
    `${description}: open, or sealed until all are in, so that nobody bids a little below another`,
  ).choices(Bidding.options)
}

/** `--hardware`, of every command that encodes. */
export function hardwareOption(): Option {
  return new Option(
    '--hardware <choice>',
    'auto encodes on every device that proves itself, off by libx264 alone',
  )
    .choices(hardwareChoices)
    .default('auto')
}

/** `--deny-list`, of every command that serves content over HTTP. */
export function denyListOption(): Option {
  return new Option(
    '--deny-list <file>',
    "content that the gateway does not serve, in the gateways' common form (/ipfs/<cid>, one a line)",
  )
}

const address = z.string().startsWith('/', 'not an address like /ip4/127.0.0.1/tcp/0')

/** `--listen`, of every command that runs a peer. */
export function listenOption(): Option {
  return new Option(
    '--listen <address>',
    'libp2p address to listen on; may be repeated (default: port 4001 on mainnet, this machine only on devchain)',
  ).argParser(collectedBy(address))
}

/** `--announce`, of every command that runs a peer. */
export function announceOption(): Option {
  return new Option(
    '--announce <address>',
    "libp2p address by which others reach this peer, such as a router's; may be repeated",
  ).argParser(collectedBy(address))
}

/** `--reach`, of every command that runs a peer. */
export function reachOption(): Option {
  return new Option(
    '--reach <how-far>',
    "loopback keeps the peer to this machine, anywhere lets it meet others (default: the chain's usual)",
  ).choices(['loopback', 'anywhere'] satisfies Reach[])
}

/** `--bootstrap`, of every command that runs a peer. */
export function bootstrapOption(): Option {
  return new Option(
    '--bootstrap <address>',
    'peer to dial at the start, besides those in the registry; may be repeated',
  ).argParser(collectedBy(address))
}

/** `--upload-limit`, of every command that gives blocks to peers; in bytes a second. */
export function uploadLimitOption(): Option {
  return new Option(
    '--upload-limit <KiB/s>',
    'most that all peers together may fetch a second, in KiB (default: no limit)',
  ).argParser(parsedBy(wholeNumber(64, 100_000_000).transform((kibibytes) => kibibytes * 1_024)))
}
