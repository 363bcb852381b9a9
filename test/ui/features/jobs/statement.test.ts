import { expect, test } from 'vitest'
import { cid } from '#test/support/builders.ts'
import { readStatement } from '#ui/features/jobs/statement.ts'

const picture = cid('picture')

test('what was pasted becomes plain text and a content id', () => {
  expect(
    readStatement({ text: '  It is\r\n\tblack. \r', evidence: ` ipfs://${picture} ` }),
  ).toMatchObject({ said: { text: 'It is\n black.', evidence: picture } })
  expect(readStatement({ text: 'It is black.', evidence: '' }).said).toEqual({
    text: 'It is black.',
  })
})

test('nothing written is nothing said', () => {
  const nothing = { said: undefined, textFault: null, evidenceFault: null }
  expect(readStatement({ text: ' \n', evidence: ' ' })).toEqual(nothing)
})

test.each([
  ['text with a terminal’s escape', { text: 'a\u001b[2J', evidence: '' }, 'textFault'],
  ['a file without a word', { text: '', evidence: picture }, 'textFault'],
  ['a file that is none', { text: 'Look.', evidence: 'picture.png' }, 'evidenceFault'],
] as const)('%s cannot be sent, and the field says why', (_, written, field) => {
  const read = readStatement(written)
  expect(read.said).toBeNull()
  expect(read[field]).toMatch(/\w/)
})
