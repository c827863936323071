export { adminPage, nextOf, type AdminListQuery } from './admin/admin-page.js';
export * from './admin/alert.js';
export * from './admin/api-key.js';
export * from './admin/bulk-close.js';
export * from './admin/callback-endpoint.js';
export * from './admin/consumer.js';
export * from './admin/dead-letter.js';
export * from './admin/delivery.js';
export * from './admin/event-feed.js';
export {
  foundSession,
  foundSessionPageSchema,
  revealedSchema,
  revealedSession,
  revealWish,
  sessionQuery,
  type RevealWish,
  type SessionQuery,
} from './admin/session-search.js';
export * from './admin/legal-hold.js';
export * from './admin/statistics.js';
export * from './admin/stop-words.js';
export * from './admin/test-callback.js';
export * from './admin/webhook.js';
export * from './callbacks/interaction-callback.js';
export * from './callbacks/out-of-session-answer.js';
export * from './callbacks/out-of-session-callback.js';
export * from './decode-form.js';
export * from './error-reply.js';
export { MAX_UNIQUE_NAME_LENGTH } from './fields.js';
export { refusalCodeOf } from './form-refusal.js';
export * from './interaction-resource.js';
export * from './json-fields.js';
export * from './message-interaction-form.js';
export * from './page.js';
export * from './page-token.js';
export * from './participant-form.js';
export * from './participant-resource.js';
export * from './phone-number-form.js';
export * from './phone-number-resource.js';
export * from './read-identifier.js';
export * from './request-error.js';
export * from './request-signature.js';
export * from './service-form.js';
export * from './service-resource.js';
export * from './session-form.js';
export * from './session-resource.js';
export * from './short-code-form.js';
export * from './short-code-resource.js';
export * from './storable.js';
export * from './twiml.js';
export * from './webhooks/cloud-event.js';
export { isWebhookSecret, newWebhookSecret, webhookHeaders } from './webhooks/webhook-signature.js';
export * from './carrier-webhook-path.js';
