import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ChainAssertError, createAnswerReader } from '#node/chain/answer-reader.ts'

const Result = z.object({ blocks: z.array(z.string()) })

const textOf = (id: number, word = 'block', count = 5_000): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { blocks: Array(count).fill(word) } })

/** The same text, but not the same string. */
const copyOf = (text: string): string => Buffer.from(text).toString()

describe('an answer', () => {
  test('that several endpoints give to the last byte is read once', () => {
    const { read } = createAnswerReader()
    const text = textOf(1)
    const first = read(text, 1, Result)
    expect(first.blocks).toHaveLength(5_000)
    expect(read(copyOf(text), 1, Result)).toBe(first)
  })

  test('that differs in one letter is read for itself', () => {
    const { read } = createAnswerReader()
    const first = read(textOf(1), 1, Result)
    const other = read(textOf(1, 'black'), 1, Result)
    expect(other).not.toBe(first)
    expect(other.blocks[0]).toBe('black')
  })

  test('to another request is none, even where its text is known', () => {
    const { read } = createAnswerReader()
    read(textOf(1), 1, Result)
    expect(() => read(textOf(1), 2, Result)).toThrow('another request')
  })

  test('is read anew by another schema', () => {
    const { read } = createAnswerReader()
    read(textOf(1), 1, Result)
    expect(() => read(textOf(1), 1, z.object({ ops: z.array(z.string()) }))).toThrow(z.ZodError)
  })

  test('that was refused once is refused again', () => {
    const { read } = createAnswerReader()
    const error = { code: -32003, message: 'x'.repeat(20_000), data: { name: 'assert_exception' } }
    const refusal = JSON.stringify({ jsonrpc: '2.0', id: 1, error })
    for (let turn = 0; turn < 2; turn += 1)
      expect(() => read(refusal, 1, Result)).toThrow(ChainAssertError)
    for (let turn = 0; turn < 2; turn += 1)
      expect(() => read(`${textOf(1)}x`, 1, Result)).toThrow('not JSON')
  })

  test('is forgotten when enough others came', () => {
    const { read } = createAnswerReader()
    const first = read(textOf(1), 1, Result)
    for (let id = 2; id < 10; id += 1) read(textOf(id), id, Result)
    const again = read(textOf(1), 1, Result)
    expect(again).not.toBe(first)
    expect(again).toEqual(first)
  })
})
