{{/* A server's pod. How it starts and stops is in the templates of its kind: `<kind>.args`, `.env` and `.lifecycle`. */}}
{{- define "celsiusify.server.pod" -}}
{{- $target := include "celsiusify.target" . | fromYaml -}}
serviceAccountName: {{ include "celsiusify.account" . | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
shareProcessNamespace: {{ .Values.shareProcessNamespace }}
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
securityContext:
  {{- include "celsiusify.podSecurityContext" . | nindent 2 }}
{{- with include "celsiusify.imagePullSecrets" . }}
{{ . }}
{{- end }}
containers:
  - name: server
    image: {{ include "celsiusify.image" (list . .Values.image ($target.image | default (printf "celsiusify/%s" .Chart.Name))) }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    securityContext:
      {{- include "celsiusify.securityContext" . | nindent 6 }}
    {{- with .Values.command }}
    command:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with concat (include (printf "%s.args" .Kind) . | fromYamlArray) .Values.args }}
    args:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- $env := include "celsiusify.env" (list . (include (printf "%s.env" .Kind) .)) }}
    {{- if fromYamlArray $env }}
    env:
      {{- $env | nindent 6 }}
    {{- end }}
    lifecycle:
      {{- include (printf "%s.lifecycle" .Kind) . | nindent 6 }}
    ports:
      {{- range $name, $port := include "celsiusify.ports" . | fromYaml }}
      - name: {{ $name }}
        containerPort: {{ $port }}
      {{- end }}
    startupProbe:
      {{- include "celsiusify.server.health" $target | nindent 6 }}
      {{- toYaml .Values.probes.startup | nindent 6 }}
    readinessProbe:
      {{- include "celsiusify.server.health" $target | nindent 6 }}
      {{- toYaml .Values.probes.readiness | nindent 6 }}
    livenessProbe:
      {{- include (printf "%s.alive" .Kind) . | nindent 6 }}
      {{- toYaml .Values.probes.liveness | nindent 6 }}
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- if eq "pvc" ((.Values.model).source | default "image") }}
      - name: model
        mountPath: {{ .Values.model.basePath | quote }}
        subPath: {{ .Values.model.subPath | quote }}
        readOnly: true
      {{- end }}
      {{- with .Values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 16Mi
  {{- if eq "pvc" ((.Values.model).source | default "image") }}
  - name: model
    persistentVolumeClaim:
      claimName: {{ .Values.model.claimName | quote }}
      readOnly: true
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- include "celsiusify.placement" (list . "nodeSelector" "affinity" "tolerations" "priorityClassName") }}
{{- include "celsiusify.server.spread" . }}
{{- end }}

{{/* A probe that requests the path `health` of a target. */}}
{{- define "celsiusify.server.health" -}}
httpGet:
  path: {{ .health }}
  port: http
{{- end }}

{{/* The topology spread of a server's pods. */}}
{{- define "celsiusify.server.spread" -}}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  {{- $selector := include "celsiusify.selectorLabels" (list $ "server") | fromYaml }}
  - {{ merge (deepCopy .) (dict "labelSelector" (dict "matchLabels" $selector)) | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- end }}
