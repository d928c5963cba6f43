import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { documentContent } from '../flavors/documents.ts';
import { DOCUMENTS, documentName } from '../names.ts';

export interface DocumentsProps {
  readonly cluster: string;
}

/**
 * The fixed scripts by which the controller speaks to the machines. It may send these and no others.
 *
 * They have names of their own, since the controller finds them by name; a change of content therefore becomes a new
 * version (`NewVersion`), as a replacement under the same name would fail. The controller sends the newest one.
 */
export class Documents extends Construct {
  constructor(scope: Construct, id: string, props: DocumentsProps) {
    super(scope, id);
    for (const key of DOCUMENTS) {
      new CfnDocument(this, key, {
        name: documentName(props.cluster, key),
        documentType: 'Command',
        documentFormat: 'JSON',
        targetType: '/AWS::EC2::Instance',
        updateMethod: 'NewVersion',
        content: documentContent(props.cluster, key),
      });
    }
  }
}
