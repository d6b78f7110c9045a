{{/* Parts of the load pods of both modes; each mode adds the arguments of its containers. */}}

{{- define "load-tests.podMetadata" -}}
labels:
  {{- include "celsiusify.podLabels" (list . "load") | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  {{- include "load-tests.annotations" . | fromYaml | merge (deepCopy .Values.podAnnotations) | toYaml | nindent 2 }}
{{- end }}

{{- define "load-tests.annotations" -}}
# A node that is taken away to save money takes its part of a load along.
cluster-autoscaler.kubernetes.io/safe-to-evict: "false"
karpenter.sh/do-not-disrupt: "true"
checksum/workspace: {{ include "load-tests.workspace" . | sha256sum }}
{{- with .Values.files.locustfile }}
checksum/locustfile: {{ sha256sum . }}
{{- end }}
{{- end }}

{{- define "load-tests.podSpec" -}}
serviceAccountName: {{ include "celsiusify.account" . | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
securityContext:
  {{- include "celsiusify.podSecurityContext" . | nindent 2 }}
{{- with include "celsiusify.imagePullSecrets" . }}
{{ . }}
{{- end }}
affinity:
  {{- .Values.affinity | default (include "load-tests.isolation" . | fromYaml) | toYaml | nindent 2 }}
{{- include "celsiusify.placement" (list . "nodeSelector" "tolerations" "priorityClassName") }}
{{- end }}

{{/* Image, rights, resources and mounts of the container. */}}
{{- define "load-tests.container" -}}
image: {{ include "celsiusify.image" (list . .Values.image "celsiusify/load-tests") }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- include "celsiusify.securityContext" . | nindent 2 }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - name: workspace
    mountPath: /work
    readOnly: true
  - name: results
    mountPath: /results
  - name: tmp
    mountPath: /tmp
  {{- with include "load-tests.fileMounts" . }}
  {{- . | trim | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "load-tests.volumes" -}}
- name: workspace
  configMap:
    name: {{ include "celsiusify.fullname" . }}
- name: tmp
  emptyDir:
    sizeLimit: {{ include "celsiusify.plain" .Values.results.sizeLimit | quote }}
{{- include "load-tests.fileVolumes" . }}
{{- end }}

{{/* Anti-affinity to servers: a generator on a server's node takes CPU from the server that it measures. */}}
{{- define "load-tests.isolation" -}}
{{- $release := .Values.servers.release | default .Release.Name }}
{{- $term := dict
  "topologyKey" "kubernetes.io/hostname"
  "labelSelector" (dict "matchLabels" (dict
    "app.kubernetes.io/part-of" "celsiusify"
    "app.kubernetes.io/component" "server"
    "app.kubernetes.io/instance" $release))
}}
{{- if .Values.strictIsolation }}
{{- dict "podAntiAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (list $term)) | toYaml }}
{{- else }}
{{- $weighted := dict "weight" 100 "podAffinityTerm" $term }}
{{- dict "podAntiAffinity" (dict "preferredDuringSchedulingIgnoredDuringExecution" (list $weighted)) | toYaml }}
{{- end }}
{{- end }}
