{{/* A server's pod. What it runs, and how it stops, is in the chart's own template `<chart>.container`. */}}
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
    image: {{ include "celsiusify.image" (list . .Values.image $target.image) }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    securityContext:
      {{- include "celsiusify.securityContext" . | nindent 6 }}
    {{- include (printf "%s.container" .Chart.Name) . | nindent 4 }}
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
      {{- include (printf "%s.alive" .Chart.Name) . | nindent 6 }}
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

{{/* A probe that asks for what targets.yaml calls `health`. */}}
{{- define "celsiusify.server.health" -}}
httpGet:
  path: {{ .health }}
  port: http
{{- end }}

{{/* How a server's pods keep apart. */}}
{{- define "celsiusify.server.spread" -}}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  {{- $selector := include "celsiusify.selectorLabels" (list $ "server") | fromYaml }}
  - {{ merge (deepCopy .) (dict "labelSelector" (dict "matchLabels" $selector)) | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- end }}
