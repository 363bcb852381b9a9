import { beforeAll, describe, expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import type { ContentStore, DirectoryEntry } from '#market/ports/content-store.ts'
import { manifestName, masterName } from '#node/encoding/playlist.ts'
import { treeFiles } from '#node/encoding/tree-files.ts'
import { canonicalJson, utf8 } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { cid, hashHex } from '../../support/builders.ts'
import type { Workshop } from '../../support/delivered-tree.ts'
import { openWorkshop, withSegments } from '../../support/delivered-tree.ts'

let workshop: Workshop

beforeAll(async () => {
  workshop = await openWorkshop()
}, 60_000)

/** Lays a tree out by hand, as an encoder may that does not care for the rules. */
async function layOut(
  content: ContentStore,
  manifest: Manifest,
  change: (texts: Map<string, string>, links: Map<string, Cid>) => void,
): Promise<Pick<JobDeliver, 'root' | 'manifest'>> {
  const texts = new Map<string, string>()
  const links = new Map<string, Cid>()
  for (const file of treeFiles(manifest)) {
    if ('text' in file) texts.set(file.path, file.text)
    else links.set(file.path, file.cid)
  }
  change(texts, links)
  for (const [path, text] of texts) links.set(path, (await content.addBytes(utf8(text))).cid)
  const folders = new Map<string, DirectoryEntry[]>()
  for (const [path, id] of links) {
    const [folder, name] = path.includes('/') ? path.split('/') : ['', path]
    const { dagBytes } = await content.sizes(id)
    folders.set(folder!, [...(folders.get(folder!) ?? []), { name: name!, cid: id, dagBytes }])
  }
  const top = folders.get('') ?? []
  for (const [folder, entries] of folders)
    if (folder) top.push({ name: folder, ...(await content.addDirectory(entries)) })
  const { cid: root } = await content.addDirectory(top)
  return { root, manifest: links.get(manifestName) ?? cid('none') }
}

describe('a tree is found to differ from its manifest in which', () => {
  type Texts = Map<string, string>
  const edit = (path: string, from: string | RegExp, to: string) => (texts: Texts) => {
    const text = texts.get(path)!
    const edited = text.replace(from, to)
    if (edited === text) throw new Error('nothing was forged')
    texts.set(path, edited)
  }
  const forgeries: readonly (readonly [string, (texts: Texts, links: Map<string, Cid>) => void])[] =
    [
      ['the master promises a lower rate', edit(masterName, /BANDWIDTH=\d+/, 'BANDWIDTH=1000')],
      ['the master promises a larger picture', edit(masterName, '160x90', '1920x1080')],
      ['the master names another codec', edit(masterName, /avc1\.[0-9A-F]+/, 'avc1.640029')],
      [
        'the master leads elsewhere',
        edit(masterName, '90p/index.m3u8', 'https://example.org/x.m3u8'),
      ],
      [
        'the master lacks a rendition',
        edit(masterName, /#EXT-X-STREAM-INF[^\n]*\n72p[^\n]*\n/, ''),
      ],
      [
        'a playlist tells other durations',
        edit('90p/index.m3u8', '#EXTINF:1.000000', '#EXTINF:2.000000'),
      ],
      ['a playlist has no end', edit('90p/index.m3u8', '#EXT-X-ENDLIST\n', '')],
      [
        'a playlist names segments in another order',
        edit('72p/index.m3u8', 'segment_000.ts', 'segment_001.ts'),
      ],
      ['a playlist is empty', (texts) => texts.set('90p/index.m3u8', '')],
      ['a playlist is missing', (texts) => texts.delete('90p/index.m3u8')],
      ['a file is besides', (texts) => texts.set('virus.exe', 'MZ')],
      ['a folder is besides', (texts) => texts.set('1080p/segment_000.ts', 'x')],
      ['a segment is missing', (_, links) => links.delete('90p/segment_002.ts')],
      [
        'a segment is another',
        (_, links) => links.set('90p/segment_002.ts', links.get('72p/segment_002.ts')!),
      ],
      ['the manifest is not in the tree', (texts) => texts.delete(manifestName)],
      [
        'the manifest is written with blanks',
        (texts) =>
          texts.set(manifestName, JSON.stringify(JSON.parse(texts.get(manifestName)!), null, 1)),
      ],
    ]
  test.each(forgeries)('%s', async (_, change) => {
    const { content, manifest, delivery } = workshop
    const laid = await layOut(content, manifest, change)
    const forged = laid.manifest === cid('none') ? { ...laid, manifest: delivery.manifest } : laid
    const { faults } = await workshop.check({ ...delivery, ...forged })
    expect(faults).toEqual([{ code: 'tree-differs-from-manifest' }])
  })

  test('nothing differs when it is laid out by hand but rightly', async () => {
    const laid = await layOut(workshop.content, workshop.manifest, () => undefined)
    expect(laid).toEqual({ root: workshop.delivery.root, manifest: workshop.delivery.manifest })
  })

  test('the delivered manifest is that of another tree', async () => {
    const other = await workshop.deliver(
      withSegments(workshop.manifest, '90p', { 0: workshop.manifest.renditions[0]!.segments[1]! }),
    )
    const { faults } = await workshop.check({ ...workshop.delivery, root: other.root })
    expect(faults).toEqual([{ code: 'tree-differs-from-manifest' }])
  })
})

describe('a manifest is found to differ from its offer that', () => {
  const forgeries: readonly (readonly [string, (manifest: Manifest) => Manifest])[] = [
    ['is of another source', (manifest) => ({ ...manifest, source: cid('other') })],
    [
      'has another frame rate',
      (manifest) => ({
        ...manifest,
        grid: { ...manifest.grid, rate: { numerator: 24, denominator: 2 } },
      }),
    ],
    [
      'has another length',
      (manifest) => ({ ...manifest, grid: { ...manifest.grid, frames: manifest.grid.frames - 1 } }),
    ],
    [
      'has another lead',
      (manifest) => ({ ...manifest, grid: { ...manifest.grid, leadSeconds: 4 } }),
    ],
    [
      'has its renditions in another order',
      (manifest) => ({ ...manifest, renditions: manifest.renditions.toReversed() }),
    ],
    ['names a rendition otherwise', (manifest) => rendition(manifest, { name: '91p' })],
    ['allows itself a higher rate', (manifest) => rendition(manifest, { kbps: 100_000 })],
    ['allows itself another size', (manifest) => rendition(manifest, { width: 320 })],
    ['allows itself another level', (manifest) => rendition(manifest, { level: '5.2' })],
    [
      'says that segments are longer',
      (manifest) =>
        withSegments(manifest, '90p', {
          0: { ...manifest.renditions[0]!.segments[0]!, units: 13 },
        }),
    ],
    [
      'says that the sound is longer',
      (manifest) =>
        withSegments(manifest, 'audio', { 0: { ...manifest.audio!.segments[0]!, units: 1024 } }),
    ],
    [
      'has its sound at another rate',
      (manifest) => ({ ...manifest, audio: { ...manifest.audio!, sampleRate: 44_100 } }),
    ],
    [
      'has its sound in one channel',
      (manifest) => ({ ...manifest, audio: { ...manifest.audio!, channels: 1 } }),
    ],
    [
      'is of a class that its encoder did not register',
      (manifest) => ({ ...manifest, class: { ...manifest.class, cid: cid('other class') } }),
    ],
  ]
  const rendition = (
    manifest: Manifest,
    change: Partial<Manifest['renditions'][number]>,
  ): Manifest => ({
    ...manifest,
    renditions: manifest.renditions.map((entry, place) =>
      place === 0 ? { ...entry, ...change } : entry,
    ),
  })
  test.each(forgeries)('%s', async (_, forge) => {
    const { renditions } = workshop.delivery
    const forged = await workshop.deliver(forge(workshop.manifest), { renditions })
    expect((await workshop.check(forged)).faults).toEqual([{ code: 'manifest-differs-from-offer' }])
  })

  test('lacks a rendition, a segment or the sound', async () => {
    const { manifest, delivery } = workshop
    const { leaves, renditions } = delivery
    const [first, second] = manifest.renditions
    const lacking: readonly Manifest[] = [
      { ...manifest, renditions: [first!] },
      { ...manifest, renditions: [first!, { ...second!, segments: second!.segments.slice(1) }] },
      { ...manifest, audio: null },
    ]
    for (const forged of lacking) {
      const { faults } = await workshop.check(
        await workshop.deliver(forged, { leaves, renditions }),
      )
      expect(faults).toEqual([{ code: 'manifest-differs-from-offer' }])
    }
  })
})

describe('a commitment is found false that', () => {
  test('has another Merkle root', async () => {
    const { faults } = await workshop.check({ ...workshop.delivery, merkleRoot: hashHex('other') })
    expect(faults).toEqual([{ code: 'merkle-root-differs' }])
  })

  test('has the bytes of a rendition wrong', async () => {
    const [first, ...others] = workshop.delivery.renditions
    const renditions = [{ ...first!, bytes: first!.bytes - 1 }, ...others]
    const { faults } = await workshop.check({ ...workshop.delivery, renditions })
    expect(faults).toEqual([{ code: 'merkle-root-differs' }])
  })

  test('has the Merkle root of swapped leaves', async () => {
    const [first, second] = workshop.manifest.renditions[0]!.segments
    const swapped = await workshop.deliver(
      withSegments(workshop.manifest, '90p', { 0: second!, 1: first! }),
    )
    const { faults } = await workshop.check({
      ...workshop.delivery,
      merkleRoot: swapped.merkleRoot,
    })
    expect(faults).toEqual([{ code: 'merkle-root-differs' }])
  })

  test('names the stream of a rendition wrongly', async () => {
    const [first, ...others] = workshop.manifest.renditions
    const renditions = [{ ...first!, codecs: 'avc1.640029' }, ...others]
    const { faults } = await workshop.check(
      await workshop.deliver({ ...workshop.manifest, renditions }),
    )
    // Every segment is at fault; three of a rendition are told, so that there is room for those of the others.
    expect(faults.map(({ code }) => code)).toEqual([
      'segment-invalid',
      'segment-invalid',
      'segment-invalid',
    ])
  })

  test('promises more than a rendition may weigh, and nothing is fetched', async () => {
    const [first, ...others] = workshop.delivery.renditions
    const delivery = {
      ...workshop.delivery,
      renditions: [{ ...first!, bytes: 2 ** 40 }, ...others],
    }
    const content: ContentStore = {
      ...workshop.content,
      fetch: () => Promise.reject(new Error('fetched')),
    }
    const { faults } = await workshop.check(delivery, { deps: { content } })
    expect(faults).toEqual([{ code: 'bitrate-out-of-bounds', rendition: '90p' }])
  })

  test('has a segment of more bytes than there are numbers for', async () => {
    const { manifest, delivery } = workshop
    const huge = { ...manifest.renditions[0]!.segments[0]!, bytes: Number.MAX_SAFE_INTEGER }
    const forged = await workshop.deliver(withSegments(manifest, '90p', { 0: huge }), {
      renditions: delivery.renditions,
    })
    expect((await workshop.check(forged)).faults).toEqual([{ code: 'merkle-root-differs' }])
  })
})

describe('a manifest is found invalid that', () => {
  const forgeries: readonly (readonly [string, (text: string) => string])[] = [
    ['is empty', () => ''],
    ['is no JSON', (text) => text.slice(0, -1)],
    ['is a number', () => '1e999'],
    ['is nested without end', () => '['.repeat(50_000)],
    ['is of another version', (text) => text.replace('"v":1', '"v":2')],
    ['has a member that it should not have', (text) => text.replace('{', '{"admin":true,')],
    ['has a length of no number', (text) => text.replace(/"units":12/, '"units":1e400')],
    ['has a negative size', (text) => text.replace(/"bytes":\d+/, '"bytes":-1')],
    ['has a part of a frame', (text) => text.replace(/"units":12/, '"units":12.5')],
    [
      'has a number too large to be exact',
      (text) => text.replace(/"bytes":\d+/, '"bytes":90071992547409930'),
    ],
    [
      'names a segment by a path',
      (text) => text.replace(/"cid":"[^"]+"/, '"cid":"../../etc/passwd"'),
    ],
    ['is a bomb', (text) => text + ' '.repeat(2 ** 20)],
  ]
  test.each(forgeries)('%s', async (_, forge) => {
    const text = forge(canonicalJson(workshop.manifest))
    const { cid: manifest } = await workshop.content.addBytes(utf8(text))
    const { faults } = await workshop.check({ ...workshop.delivery, manifest })
    expect(faults).toEqual([{ code: 'manifest-invalid' }])
  })

  test('is a directory, or nowhere', async () => {
    for (const manifest of [workshop.delivery.root, cid('nowhere')]) {
      const { faults } = await workshop.check({ ...workshop.delivery, manifest })
      expect(faults).toEqual([{ code: 'manifest-invalid' }])
    }
  })
})

describe('a tree is found unavailable', () => {
  test('whose root is nowhere', async () => {
    const { faults } = await workshop.check({ ...workshop.delivery, root: cid('nowhere') })
    expect(faults).toEqual([{ code: 'unavailable' }])
  })

  test('of which a segment is nowhere', async () => {
    const { content, manifest, delivery } = workshop
    const missing = { ...manifest.renditions[0]!.segments[2]!, cid: cid('nowhere') }
    const entry = { name: 'segment_002.ts', cid: missing.cid, dagBytes: missing.bytes }
    const { cid: root } = await content.addDirectory([entry])
    expect((await workshop.check({ ...delivery, root })).faults).toEqual([{ code: 'unavailable' }])
  })

  test('below whose id is more than was promised', async () => {
    const content: ContentStore = {
      ...workshop.content,
      fetch: () => Promise.reject(new MarketError('content-corrupt', 'more than was said')),
    }
    const { faults } = await workshop.check(workshop.delivery, { deps: { content } })
    expect(faults).toEqual([{ code: 'unavailable' }])
  })

  test('unless its segments are not below its root but here all the same', async () => {
    const { content, manifest, delivery } = workshop
    const gone = { ...manifest.renditions[0]!.segments[2]!, cid: cid('elsewhere') }
    const forged = withSegments(manifest, '90p', { 2: gone })
    const { cid: manifestCid } = await content.addBytes(utf8(canonicalJson(forged)))
    const honest = await workshop.deliver(manifest)
    const merkle = await layOut(content, manifest, () => undefined)
    const { merkleRoot } = await merkleOf(forged)
    const { faults } = await workshop.check({
      ...delivery,
      ...merkle,
      root: honest.root,
      manifest: manifestCid,
      merkleRoot,
    })
    expect(faults).toEqual([{ code: 'tree-differs-from-manifest' }])
  })
})

async function merkleOf(manifest: Manifest): Promise<Pick<JobDeliver, 'merkleRoot'>> {
  const { leavesOf, merkleRoot } = await import('#contracts/merkle.ts')
  const { bytesToHex } = await import('#protocol/canonical.ts')
  const { Sha256Hex } = await import('#protocol/ids.ts')
  const { sha256 } = await import('../../support/builders.ts')
  return { merkleRoot: Sha256Hex.parse(bytesToHex(merkleRoot(leavesOf(manifest), sha256))) }
}
