// Creates OpenTelemetry spans from the messages of nocodb-bitbucket-auth. Load it after the setup of your OpenTelemetry SDK:
//   node --require nocodb-bitbucket-auth/register --import ./tracing-setup.mjs --import ./opentelemetry.mjs …
import { subscribe } from 'node:diagnostics_channel';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('nocodb-bitbucket-auth');

/** Records a span that has already ended: the messages contain its start and its duration. */
function record(name, { startedAt, durationMs, code }, attributes) {
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: startedAt, attributes });
  if (code !== undefined) {
    span.setAttribute('error.type', code);
    span.setStatus({ code: SpanStatusCode.ERROR, message: code });
  }
  span.end(startedAt + durationMs);
}

subscribe('nocodb-bitbucket-auth:request', (message) => {
  record(message.method, message, {
    'http.request.method': message.method,
    'url.path': message.path,
    'bitbucket.connection': message.connection,
    ...(message.status !== undefined && { 'http.response.status_code': message.status }),
  });
});

subscribe('nocodb-bitbucket-auth:refresh', (message) => {
  record('refresh', message, { 'bitbucket.connection': message.connection, 'oauth.grant_type': message.grant });
});
