import { execFile } from 'node:child_process';
import { OrinError } from '../errors.ts';
import { isThere } from '../workstation/is-there.ts';
import type { ResolvedTarget } from './config/resolve-target.ts';
import { openMuxControl } from './openssh/mux-control.ts';
import { HandshakeFailure } from './ssh2/handshake.ts';
import { unusableIdentities } from './trust/identities.ts';
import { readKnownHost } from './trust/known-hosts.ts';

/**
 * Why only the system's ssh client can reach a target as the person means it; null when ssh2 can as
 * well.
 */
export async function reasonForSshClient(target: ResolvedTarget): Promise<string | null> {
  const settings = settingsReason(target);
  if (settings !== null) return settings;
  const found = await Promise.all([
    openConnection(target),
    certificateAuthorityOnly(target),
    certificateFile(target),
    unusableIdentity(target),
    kerberosTicket(target),
  ]);
  return found.find((reason) => reason !== null) ?? null;
}

/** Whether a failure of ssh2 is one that the system's ssh client may not have. */
export function sshClientMayDoBetter(error: unknown): error is OrinError {
  if (!(error instanceof OrinError)) return false;
  if (error.code === 'ssh-unsupported' || error.code === 'auth-unsupported') return true;
  if (error.code !== 'auth-failed' || !(error.cause instanceof HandshakeFailure)) return false;
  const { skipped, unsigned } = error.cause.auth;
  const reasons = [...skipped, ...unsigned.map(({ reason }) => reason)];
  return reasons.some((reason) => /this client cannot (use|read)/.test(reason));
}

function settingsReason({ clientOnly }: ResolvedTarget): string | null {
  const asked: readonly (readonly [boolean, string])[] = [
    [clientOnly.pkcs11Provider !== null, 'PKCS11Provider'],
    [clientOnly.hostbased, 'HostbasedAuthentication'],
    [clientOnly.proxyUseFdpass, 'ProxyUseFdpass'],
    [clientOnly.knownHostsCommand !== null, 'KnownHostsCommand'],
    [clientOnly.revokedHostKeys !== null, 'RevokedHostKeys'],
    [clientOnly.verifyHostKeyDns, 'VerifyHostKeyDNS'],
  ];
  const keyword = asked.find(([isAsked]) => isAsked)?.[1];
  return keyword === undefined ? null : `${keyword} is set for this host`;
}

async function openConnection({ clientOnly }: ResolvedTarget): Promise<string | null> {
  if (clientOnly.controlPath === null || process.platform === 'win32') return null;
  const control = await openMuxControl(clientOnly.controlPath).catch(() => null);
  control?.release();
  return control === null ? null : 'a connection to this host is open already (ControlPath)';
}

async function certificateAuthorityOnly(target: ResolvedTarget): Promise<string | null> {
  const { named, withoutPort } = await readKnownHost(target);
  const known = named.length > 0 ? named : withoutPort;
  const isOnly =
    known.some((key) => key.marker === 'cert-authority') &&
    known.every((key) => key.marker !== 'none');
  return isOnly ? 'its host key is known by a certificate authority' : null;
}

async function certificateFile({ clientOnly }: ResolvedTarget): Promise<string | null> {
  for (const path of clientOnly.certificateFiles) {
    if (await isThere(path)) return `CertificateFile ${path}`;
  }
  return null;
}

async function unusableIdentity(target: ResolvedTarget): Promise<string | null> {
  if (!target.authMethods.includes('publickey')) return null;
  const [first] = await unusableIdentities(target);
  return first?.replace(', which this client cannot use', '') ?? null;
}

/**
 * Distributions switch GSSAPIAuthentication on for everybody; only with a ticket does it mean
 * something.
 */
async function kerberosTicket(target: ResolvedTarget): Promise<string | null> {
  if (!target.clientOnly.gssapi) return null;
  const hasTicket = await new Promise<boolean>((resolve) => {
    const env = { ...target.options.environment };
    execFile('klist', ['-s'], { env, timeout: 2000 }, (error) => resolve(error === null));
  });
  return hasTicket ? 'GSSAPIAuthentication is on, and there is a Kerberos ticket' : null;
}
