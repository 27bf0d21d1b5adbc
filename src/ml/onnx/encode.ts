import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  type Attribute,
  dataTypes,
  MICROSOFT,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type ValueInfo,
} from './graph.ts';

// Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const IR_VERSION = 9;
const OPSET = 18;

/** The graph as an ONNX file (a ModelProto). */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, 1, IR_VERSION);
  text(writer, 2, 'cameo');
  message(writer, 7, () => writeGraph(writer, graph));
  for (const [domain, version] of [
    ['', OPSET],
    [MICROSOFT, 1],
  ] as const) {
    message(writer, 8, () => {
      text(writer, 1, domain);
      integer(writer, 2, version);
    });
  }
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, 'graph');
  for (const [name, tensor] of graph.initializers)
    message(writer, 5, () => writeTensor(writer, tensor, name));
  for (const value of graph.inputs) message(writer, 11, () => writeValue(writer, value));
  for (const value of graph.outputs) message(writer, 12, () => writeValue(writer, value));
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes))
    message(writer, 5, () => writeAttribute(writer, name, value));
  if (node.domain) text(writer, 7, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  text(writer, 1, name);
  if (typeof value === 'number') {
    integer(writer, 3, value);
    integer(writer, 20, 2);
  } else if (typeof value === 'string') {
    text(writer, 4, value);
    integer(writer, 20, 3);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    integer(writer, 20, 1);
  } else if ('type' in value) {
    message(writer, 5, () => writeTensor(writer, value));
    integer(writer, 20, 4);
  } else {
    for (const item of value) integer(writer, 8, item);
    integer(writer, 20, 7);
  }
}

function writeTensor(writer: BinaryWriter, tensor: OnnxTensor, name?: string): void {
  for (const size of tensor.dims) integer(writer, 1, size);
  integer(writer, 2, dataTypes[tensor.type]);
  if (name !== undefined) text(writer, 8, name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

function writeValue(writer: BinaryWriter, value: ValueInfo): void {
  text(writer, 1, value.name);
  message(writer, 2, () => {
    message(writer, 1, () => {
      integer(writer, 1, dataTypes[value.type]);
      message(writer, 2, () => {
        for (const size of value.shape) {
          message(writer, 1, () => {
            if (typeof size === 'string') text(writer, 2, size);
            else integer(writer, 1, size);
          });
        }
      });
    });
  });
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}
