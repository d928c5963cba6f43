import { parse } from 'yaml';
import { z } from 'zod';
import { ServiceError } from '../protocol/service-error.ts';

/** A command document of schema 2.2 with one `aws:runShellScript` step, which is what the lab runs. */
export interface DocumentRecord {
  readonly name: string;
  readonly owner: string;
  readonly tags: Map<string, string>;
  defaultVersion: number;
  versions: readonly DocumentVersion[];
}

export interface DocumentVersion {
  readonly version: number;
  readonly versionName: string | undefined;
  readonly createdAt: number;
  readonly format: DocumentFormat;
  /** As it was given. */
  readonly text: string;
  readonly content: DocumentContent;
}

export const DOCUMENT_FORMATS = ['JSON', 'YAML'] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

const ParameterValue = z.union([z.string(), z.array(z.string()), z.number(), z.boolean()]);

/** Source: Systems Manager User Guide, "Document elements: parameters" and "aws:runShellScript". */
const DocumentParameter = z.strictObject({
  type: z.enum(['String', 'StringList', 'Integer', 'Boolean']),
  description: z.string().optional(),
  default: ParameterValue.optional(),
  allowedValues: z.array(ParameterValue).optional(),
  allowedPattern: z.string().optional(),
  displayType: z.string().optional(),
  minItems: z.number().int().optional(),
  maxItems: z.number().int().optional(),
  minChars: z.number().int().optional(),
  maxChars: z.number().int().optional(),
});
export type DocumentParameter = z.infer<typeof DocumentParameter>;

const DocumentContent = z.strictObject({
  schemaVersion: z.literal('2.2'),
  description: z.string().optional(),
  parameters: z.record(z.string().regex(/^[A-Za-z0-9_]+$/), DocumentParameter).default({}),
  mainSteps: z.tuple([
    z.strictObject({
      action: z.literal('aws:runShellScript'),
      name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/),
      precondition: z.record(z.string(), z.array(z.string())).optional(),
      inputs: z.strictObject({
        runCommand: z.union([z.array(z.string()), z.string()]),
        timeoutSeconds: z.union([z.string(), z.number()]).optional(),
        workingDirectory: z.string().optional(),
      }),
    }),
  ]),
});
export type DocumentContent = z.infer<typeof DocumentContent>;

/** A document has at most 64 KB. Source: Systems Manager quotas. */
const MOST_BYTES = 65_536;

/** @throws ServiceError `InvalidDocumentContent` with every problem found */
export function parseDocument(text: string, format: DocumentFormat): DocumentContent {
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) {
    throw new ServiceError(
      'MaxDocumentSizeExceeded',
      `The document has ${bytes} bytes; at most ${MOST_BYTES} are allowed.`,
    );
  }
  const parsed = DocumentContent.safeParse(read(text, format));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'document'}: ${issue.message}`,
    );
    throw new ServiceError('InvalidDocumentContent', problems.join('; '));
  }
  checkReferences(parsed.data);
  checkPatterns(parsed.data);
  return parsed.data;
}

function read(text: string, format: DocumentFormat): unknown {
  try {
    return format === 'JSON' ? JSON.parse(text) : parse(text);
  } catch (error) {
    throw new ServiceError('InvalidDocumentContent', `The content is no ${format}: ${String(error)}`);
  }
}

/** Every `{{ … }}` must name a parameter: SSM takes nothing else in double braces. */
export const REFERENCE = /\{\{([^{}]*)\}\}/g;

function checkReferences(content: DocumentContent): void {
  const unknown = [...JSON.stringify(content.mainSteps).matchAll(REFERENCE)]
    .map(([, name = '']) => name.trim())
    .filter((name) => !Object.hasOwn(content.parameters, name));
  if (unknown.length === 0) return;
  const declared = Object.keys(content.parameters).join(', ') || 'none';
  throw new ServiceError(
    'InvalidDocumentContent',
    `Undeclared parameters in double braces: ${[...new Set(unknown)].join(', ')}. Declared: ${declared}.`,
  );
}

function checkPatterns(content: DocumentContent): void {
  for (const [name, { allowedPattern }] of Object.entries(content.parameters)) {
    if (allowedPattern === undefined) continue;
    try {
      new RegExp(allowedPattern);
    } catch (error) {
      throw new ServiceError('InvalidDocumentContent', `parameters.${name}.allowedPattern: ${String(error)}`);
    }
  }
}
