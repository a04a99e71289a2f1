/** How many secrets of each kind were taken out. */
export type Redactions = ReadonlyMap<string, number>;
export interface Redacted {
  readonly text: string;
  readonly redactions: Redactions;
}

interface Pattern {
  readonly kind: string;
  /** Group 1, where there is one, stays: it says what the secret was for. */
  readonly expression: RegExp;
}

// Every expression starts at a fixed word or behind a boundary, so that no text makes it run in quadratic time, and none
// takes a quote or a backslash, so that JSON stays JSON.
const PATTERNS: readonly Pattern[] = [
  {
    kind: "private-key",
    expression:
      /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY-----[\s\S]*?(?:-----END (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY-----|$)/g,
  },
  // RFC 7519: three base64url parts, the first of which is a JSON object.
  { kind: "jwt", expression: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g },
  // RFC 6750 and RFC 7617.
  { kind: "authorization", expression: /\b((?:bearer|basic) {1,4})(?!\[redacted:)[A-Za-z0-9._~+/=-]{12,}/gi },
  // RFC 3986 3.2.1: scheme://user:password@host
  { kind: "url-password", expression: /(:\/\/[^\s/:@"'\\]{0,256}:)(?!\[redacted:)[^\s/@"'\\]{1,512}(?=@)/g },
  // kubernetes.io/docs: bootstrap tokens are [a-z0-9]{6}.[a-z0-9]{16}; the first part is public and stays.
  { kind: "bootstrap-token", expression: /(?<![A-Za-z0-9._-])([a-z0-9]{6}\.)[a-z0-9]{16}(?![A-Za-z0-9._-])/g },
  { kind: "aws-key", expression: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  {
    kind: "named-secret",
    expression:
      /\b((?:aws_secret_access_key|password|passwd|client[-_]secret|client-key-data|private[-_ ]?key|preshared[-_ ]?key)\\?["']?[ \t]{0,8}[:=][ \t]{0,8}\\?["']?)(?!\[redacted:|-----)[^\s"'\\,;]{6,}/gi,
  },
];

/** Takes out what looks like a secret, wherever it stands. Names and IP addresses stay: without them nothing can be diagnosed. */
export function redact(text: string): Redacted {
  const redactions = new Map<string, number>();
  let result = text;
  for (const { kind, expression } of PATTERNS) {
    result = result.replace(expression, (_match, kept: unknown) => {
      redactions.set(kind, (redactions.get(kind) ?? 0) + 1);
      return `${typeof kept === "string" ? kept : ""}[redacted:${kind}]`;
    });
  }
  return { text: result, redactions };
}
