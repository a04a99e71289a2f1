/** One section as node.sh and probe.sh frame it. */
export interface FramedSection {
  readonly name: string;
  readonly text: string;
  readonly code?: number;
  readonly errors?: string;
}

export function frame(nonce: string, { name, text, code = 0, errors = "" }: FramedSection): string {
  return `\n@@${nonce}\tbegin\t${name}\n${text}\n@@${nonce}\tend\t${code}\t${errors}\n`;
}

/** The whole answer of a program that reached its end. */
export function framed(nonce: string, sections: readonly FramedSection[]): string {
  return `${sections.map((section) => frame(nonce, section)).join("")}\n@@${nonce}\tcomplete\n`;
}
