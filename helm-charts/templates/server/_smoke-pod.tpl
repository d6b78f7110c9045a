{{/* A pod that sends a target one request, with load-tests' client: (list . CONFIGMAP NAME TARGET). */}}
{{- define "celsiusify.server.smokePod" -}}
{{- $root := index . 0 }}
{{- $name := index . 2 }}
{{- $port := get (include "celsiusify.server.servicePorts" $root | fromYaml) ((index . 3).request.port | default "http") }}
{{- with $root -}}
restartPolicy: Never
serviceAccountName: {{ include "celsiusify.account" . | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
activeDeadlineSeconds: 120
securityContext:
  {{- include "celsiusify.podSecurityContext" . | nindent 2 }}
{{- with include "celsiusify.imagePullSecrets" . }}
{{ . }}
{{- end }}
{{- /* Nodes that only take the chart's own pods may be all that there are. */}}
{{- include "celsiusify.placement" (list . "nodeSelector" "tolerations") }}
containers:
  - name: smoke
    image: {{ include "celsiusify.image" (list . .Values.smoke.image "celsiusify/load-tests") }}
    imagePullPolicy: {{ .Values.smoke.image.pullPolicy }}
    command: [python, /work/smoke.py]
    args:
      - {{ $name }}
      - {{ include "celsiusify.fullname" . }}:{{ $port }}
      - "30"
    securityContext:
      {{- include "celsiusify.securityContext" . | nindent 6 }}
    resources:
      {{- toYaml .Values.smoke.resources | nindent 6 }}
    volumeMounts:
      - name: work
        mountPath: /work
        readOnly: true
      - name: tmp
        mountPath: /tmp
volumes:
  - name: work
    configMap:
      name: {{ index $ 1 }}
  - name: tmp
    emptyDir:
      sizeLimit: 16Mi
{{- end }}
{{- end }}
