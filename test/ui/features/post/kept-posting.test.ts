import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { alice, bob } from '#test/support/builders.ts'
import { aCid } from '#test/support/encoding-jobs.ts'
import { keepPosting, keptPosting } from '#ui/features/post/kept-posting.ts'

const stored = new Map<string, string>()

beforeEach(() => {
  stored.clear()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => stored.set(name, text),
    removeItem: (name: string) => stored.delete(name),
  })
})
afterEach(() => vi.unstubAllGlobals())

const posting = {
  ...{ owner: alice, source: aCid, terms: '0.200 HBD community 480p', isPosted: true },
  id: EncodingJobId.parse('6f9619ff-8b86-4011-b42d-00cf4fc964ff'),
}

test('a posting is there for the page that is loaded after it, until it is forgotten', () => {
  keepPosting(posting)
  expect(keptPosting(alice, aCid)).toEqual(posting)
  keepPosting(null)
  expect(keptPosting(alice, aCid)).toBeNull()
})

test('nobody goes on with the posting of another account, or of another video', () => {
  keepPosting(posting)
  expect(keptPosting(bob, aCid)).toBeNull()
  expect(keptPosting(null, aCid)).toBeNull()
  keepPosting({ ...posting, source: aCid.replace(/.$/, 'a') as typeof aCid })
  expect(keptPosting(alice, aCid)).toBeNull()
})

test('what something else has left in its place is no posting', () => {
  stored.set('spk-encoder posting', '{"id": 1}')
  expect(keptPosting(alice, aCid)).toBeNull()
})
