import { createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookCrypto } from '#market/domain/webhook-signature.ts'

export const webhookCrypto: WebhookCrypto = {
  hmacSha256: (key, bytes) => createHmac('sha256', key).update(bytes).digest(),
  isSameInConstantTime: timingSafeEqual,
}
