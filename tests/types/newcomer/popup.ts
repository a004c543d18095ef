// A button of a front end that connects the user's Bitbucket account in a popup. The server exchanges the code.
import { BitbucketAuthError, authorizeInPopup, createClient } from 'nocodb-bitbucket-auth/browser';
import type { Grant, PopupOptions } from 'nocodb-bitbucket-auth/browser';

interface Settings {
  clientId: string;
  scopes?: string[];
}

export function connectButton(button: HTMLButtonElement, cancel: HTMLButtonElement, settings: Settings): void {
  button.addEventListener('click', () => void connect(button, cancel, settings));
}

async function connect(button: HTMLButtonElement, cancel: HTMLButtonElement, settings: Settings): Promise<void> {
  const { clientId, scopes } = settings;
  const ending = new AbortController();
  const stop = () => ending.abort();
  const options: PopupOptions = { signal: ending.signal, timeoutMs: undefined };
  cancel.addEventListener('click', stop);
  button.disabled = true;
  try {
    const grant = await authorizeInPopup({ clientId, redirectUri: `${location.origin}/callback.html`, scopes, ...options });
    button.textContent = grant ? await exchange(grant) : 'Connect Bitbucket';
  } catch (error) {
    button.textContent = error instanceof BitbucketAuthError ? wordsFor(error) : 'Try again';
  } finally {
    cancel.removeEventListener('click', stop);
    button.disabled = false;
  }
}

async function exchange(grant: Grant): Promise<string> {
  const answer = await fetch('/api/bitbucket', { method: 'POST', body: JSON.stringify(grant) });
  return answer.ok ? 'Connected' : 'Try again';
}

function wordsFor({ code, message }: BitbucketAuthError): string {
  switch (code) {
    case 'POPUP_BLOCKED':
      return 'Allow popups for this page';
    case 'REQUEST_ABORTED':
      return 'Connect Bitbucket';
    default:
      return message;
  }
}

/** The URL for a link, for pages that use no popup. */
export function loginAddress({ clientId, scopes }: Settings): string {
  return createClient({ clientId, redirectUri: `${location.origin}/callback`, scopes }).authorizationUrl();
}
