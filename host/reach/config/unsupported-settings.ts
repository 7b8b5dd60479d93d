import type { Settings } from './settings.ts';

interface Rule {
  readonly keyword: string;
  readonly spelled: string;
  /** Values that ask for nothing, in any version of ssh. */
  readonly harmless: readonly string[];
  readonly consequence: string;
}

const no = ['no', 'false', 'none'];

// Nothing is said of what concerns terminals and forwarding, which a benchmark has none of, nor of
// SendEnv, which distributions set for everybody: a measurement must not depend on the
// workstation's locale.

/**
 * Said on every connection by ssh2: what is asked for changes who is trusted or how packets travel.
 */
const always: readonly Rule[] = [
  rule('PKCS11Provider', no, 'keys on smart cards are not offered'),
  rule('KnownHostsCommand', no, 'only known_hosts files are read'),
  rule('VerifyHostKeyDNS', no, 'host keys are checked against known_hosts files only'),
  rule('RevokedHostKeys', no, 'the file is not read; @revoked lines of known_hosts are'),
  rule('NoHostAuthenticationForLocalhost', no, 'the host key is checked all the same'),
  rule('ProxyUseFdpass', no, 'the proxy command must carry the connection itself'),
  rule('BindInterface', no, 'use BindAddress instead'),
  rule('RemoteCommand', no, 'our own commands are run'),
  rule('Compression', no, 'files are packed before they are sent instead'),
  rule('RequiredRSASize', ['1024', ...no], 'RSA keys of any size are accepted'),
  rule('RekeyLimit', ['0 0', 'default none', 'none'], 'keys are renewed when the board asks'),
];

/** Said only when authentication failed: distributions set some of these for everybody. */
const whenRefused: readonly Rule[] = [
  rule('GSSAPIAuthentication', no, 'Kerberos is not offered'),
  rule('HostbasedAuthentication', no, 'host-based authentication is not offered'),
  rule('SecurityKeyProvider', ['internal', ...no], 'security keys are not offered'),
  rule('ControlPath', no, 'an open ControlMaster connection is not reused'),
  rule('CertificateFile', no, 'OpenSSH user certificates are not offered'),
];

function rule(spelled: string, harmless: readonly string[], consequence: string): Rule {
  return { keyword: spelled.toLowerCase(), spelled, harmless, consequence };
}

export interface UnsupportedSettings {
  readonly notes: readonly string[];
  readonly authNotes: readonly string[];
}

/** Which settings ask for something that this client cannot do, as sentences. */
export function unsupportedSettings(settings: Settings): UnsupportedSettings {
  return { notes: sentences(settings, always), authNotes: sentences(settings, whenRefused) };
}

function sentences(settings: Settings, rules: readonly Rule[]): string[] {
  return rules.flatMap((one) =>
    (settings.get(one.keyword) ?? [])
      .filter((value) => value !== '' && !one.harmless.includes(value))
      .slice(0, 1)
      .map((value) => `${one.spelled} ${value} is not supported: ${one.consequence}`),
  );
}
