import { expect, test } from 'vitest'
import { typeByBeginning, typeByName } from '#node/gateway/content-type.ts'

test.each([
  ['bafy/master.m3u8', 'application/vnd.apple.mpegurl'],
  ['bafy/480p/segment_000.TS', 'video/mp2t'],
  ['bafy/page.html', 'application/octet-stream'],
  ['bafy', null],
  ['bafy/folder.ts/name', null],
])('%s is known by its name as %s', (path, type) => {
  expect(typeByName(path)).toBe(type)
})

test.each([
  ['a playlist', '#EXTM3U\n', 'application/vnd.apple.mpegurl'],
  ['a text track', 'WEBVTT\n', 'text/vtt; charset=utf-8'],
  ['a picture', '\xff\xd8\xff\xe0', 'image/jpeg'],
  ['a transport stream', `G${'x'.repeat(187)}G`, 'video/mp2t'],
  ['a fragment', '\0\0\0\x18styp', 'video/mp4'],
  ['a page', '<!doctype html>', 'application/octet-stream'],
  ['a word with a G', `Good morning${'x'.repeat(200)}`, 'application/octet-stream'],
  ['nothing', '', 'application/octet-stream'],
])('%s without a name is known by its beginning', (_, text, type) => {
  expect(typeByBeginning(Buffer.from(text, 'latin1'))).toBe(type)
})
