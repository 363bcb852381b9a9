import { beforeAll, expect, test } from 'vitest'
import type { HwAccel } from '#protocol/encoder.ts'
import type { Manifest } from '#protocol/manifest.ts'
import type { Workshop } from '../../support/delivered-tree.ts'
import { openWorkshop, withSegments } from '../../support/delivered-tree.ts'

let workshop: Workshop
/** A tree whose largest rendition is of other bytes that look the same, and says that NVIDIA's hardware made it. */
let claiming: Manifest

beforeAll(async () => {
  workshop = await openWorkshop()
  const [rendition] = workshop.request.terms.ladder
  const other = await workshop.encodeOther({ ladder: [{ ...rendition!, kbps: 240 }] })
  const changed = withSegments(workshop.manifest, '90p', { ...other.get('90p')! })
  const hardware = [{ encoder: 'h264_nvenc' as const, first: 0, segments: 4 }]
  const renditions = changed.renditions.map((record) =>
    record.name === '90p' ? { ...record, hardware } : record,
  )
  claiming = { ...changed, renditions }
}, 60_000)

test.each<readonly [string, HwAccel, HwAccel, 'pass' | 'fail']>([
  ['was registered before the award', 'nvenc', 'nvenc', 'pass'],
  ['was registered before the award, and is gone since', 'nvenc', 'none', 'pass'],
  ['was never registered', 'none', 'none', 'fail'],
  ['is not the hardware that was registered', 'vaapi', 'vaapi', 'fail'],
  ['was registered after the award', 'none', 'nvenc', 'fail'],
])('what a manifest claims of hardware that %s', async (_, before, after, verdict) => {
  const delivery = await workshop.deliver(claiming)
  const result = await workshop.check(delivery, { drawing: 1, hwAccel: [before, after] })
  expect(result.verdict).toBe(verdict)
  const codes = new Set(result.faults.map(({ code }) => code))
  expect([...codes]).toEqual(verdict === 'pass' ? [] : ['bytes-differ'])
})
