import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { keepLease, keptLease, withKeptLease } from '#ui/features/encode/kept-lease.ts'

const lease = (fencingToken: number) => ({
  jobId: EncodingJobId.parse('00000000-0000-4000-8000-000000000001'),
  encoderId: 'tab-1',
  fencingToken,
})

/** A tab's storage, as a page has it. */
function tabStorage() {
  const kept = new Map<string, string>()
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  }
}

beforeEach(() => void vi.stubGlobal('sessionStorage', tabStorage()))
afterEach(() => void vi.unstubAllGlobals())

test('a lease is there for the next life of a page for as long as the work goes on', async () => {
  const during = await withKeptLease(lease(1), async () => keptLease())
  expect(during).toEqual(lease(1))
  expect(keptLease()).toBeNull()
})

test('work that fails lets go of it as well', async () => {
  const failing = withKeptLease(lease(1), () => Promise.reject(new Error('no encoder')))
  await expect(failing).rejects.toThrow('no encoder')
  expect(keptLease()).toBeNull()
})

test('work that was called off and ends late leaves the next lease alone, of the same job as well', async () => {
  const late = Promise.withResolvers<void>()
  const first = withKeptLease(lease(1), () => late.promise)
  const next = Promise.withResolvers<void>()
  const second = withKeptLease(lease(2), () => next.promise)
  late.resolve()
  await first
  expect(keptLease()).toEqual(lease(2))
  next.resolve()
  await second
  expect(keptLease()).toBeNull()
})

test('what somebody else has written there is no lease', () => {
  keepLease({ ...lease(1), fencingToken: 0.5 })
  expect(keptLease()).toBeNull()
})
