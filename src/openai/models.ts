// `/v1/models`: what can be asked for.

export interface WireModel {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

/** @param created seconds since the epoch */
export function wireModel(id: string, created: number): WireModel {
  return { id, object: 'model', created, owned_by: 'glm-worker' };
}

export function modelList(ids: readonly string[], created: number): object {
  return { object: 'list', data: ids.map((id) => wireModel(id, created)) };
}
